# The unit files of an evaluated NixOS configuration, as text by file name: what
# NixOS would write to /etc/systemd/system, for tests that install them on a
# systemd without NixOS.
#
# A unit that only adds to one of a package is a drop-in of it, as on NixOS.
{ lib, writeText }:
let
  inherit (lib)
    concatMapStrings
    concatStringsSep
    isList
    mapAttrsToList
    nameValuePair
    optionalAttrs
    optionalString
    ;

  text =
    value:
    if value == true then
      "true"
    else if value == false then
      "false"
    else
      toString value;
  assignments =
    attrs:
    concatStringsSep "" (
      mapAttrsToList (
        name: value:
        concatMapStrings (each: "${name}=${text each}\n") (if isList value then value else [ value ])
      ) attrs
    );

  # Several names in one line.
  words = attrs: lib.mapAttrs (_: toString) (lib.filterAttrs (_: list: list != [ ]) attrs);
  triggers =
    kind: name: list:
    optionalAttrs (list != [ ]) {
      "X-${kind}-Triggers" = "${writeText "X-${kind}-Triggers-${name}" (toString list)}";
    };

  unitSection =
    name: unit:
    "[Unit]\n"
    + assignments (
      words {
        After = unit.after;
        Before = unit.before;
        Documentation = unit.documentation;
        Requires = unit.requires;
        Wants = unit.wants;
      }
      // triggers "Restart" name (unit.restartTriggers or [ ])
      // triggers "Reload" name (unit.reloadTriggers or [ ])
      // optionalAttrs (unit.description != "") { Description = unit.description; }
      // unit.unitConfig
    );
  installSection =
    unit: optionalString (unit.wantedBy != [ ]) "\n[Install]\nWantedBy=${toString unit.wantedBy}\n";

  environment =
    unit:
    let
      path = optionalAttrs (unit.path != [ ]) {
        PATH = "${lib.makeBinPath unit.path}:${lib.makeSearchPath "sbin" unit.path}";
      };
      variables = lib.filterAttrs (_: value: value != null) (path // unit.environment);
    in
    concatStringsSep "" (
      mapAttrsToList (name: value: "Environment=${builtins.toJSON "${name}=${value}"}\n") variables
    );

  # How a switch treats the unit; NixOS keeps these in the service's section.
  onSwitch =
    unit:
    (
      if unit.reloadIfChanged then
        "X-ReloadIfChanged=true\n"
      else
        optionalString (!unit.restartIfChanged) "X-RestartIfChanged=false\n"
    )
    + optionalString (!unit.stopIfChanged) "X-StopIfChanged=false\n"
    + optionalString unit.notSocketActivated "X-NotSocketActivated=true\n";

  service =
    name: unit:
    let
      isWhole = unit.serviceConfig ? ExecStart;
    in
    nameValuePair "${name}.service${optionalString (!isWhole) ".d/overrides.conf"}" (
      unitSection name unit
      + "\n[Service]\n"
      + optionalString isWhole (environment unit)
      + onSwitch unit
      + assignments unit.serviceConfig
      + installSection unit
    );
  socket =
    name: unit:
    nameValuePair "${name}.socket" (
      unitSection name unit
      + "\n[Socket]\n"
      + assignments unit.socketConfig
      + concatMapStrings (each: "ListenStream=${each}\n") unit.listenStreams
      + installSection unit
    );
in
config:
builtins.listToAttrs (
  mapAttrsToList service (lib.filterAttrs (_: unit: unit.enable) config.systemd.services)
  ++ mapAttrsToList socket config.systemd.sockets
)
