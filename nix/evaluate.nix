# The manifest (see manifest.nix) of a configuration, without NixOS around it.
#
# Everything outside `hypervisor` is taken as it comes and left alone, so that
# the configuration of a NixOS host can be read as it is; below `hypervisor`
# every name must be an option. What is outside only by mistake, because
# `hypervisor` is misspelt or left out, is refused too.
{
  modules,
  lib ? import ./lib,
}:
let
  inherit ((import ./lib).modules) messages;
  inherit (lib)
    concatMap
    concatMapStrings
    filter
    head
    mkOption
    types
    ;

  standalone =
    { config, options, ... }:
    {
      options = {
        assertions = mkOption {
          type = types.listOf types.unspecified;
          default = [ ];
          internal = true;
          description = "What must hold, as sets of `assertion` and `message`.";
        };
        warnings = mkOption {
          type = types.listOf types.str;
          default = [ ];
          internal = true;
          description = "What the user should know.";
        };
      };
      # What boots a guest is made of all of NixOS.
      config.assertions = concatMap (
        name:
        lib.optional (config.hypervisor.compute.units.${name}.guest != null) {
          assertion = false;
          message = "hypervisor.compute.units.${name}.guest: only a NixOS host can build a guest declared in place. Import our module in its configuration (docs/nixos.md), or name what to boot with `image' or `boot.kernel'.";
        }
      ) (lib.attrNames config.hypervisor.compute.units);
      config._module = {
        args.pkgs = throw "`pkgs' is not available outside NixOS: name packages of the guest as strings, and files of the host by their paths.";
        freeformType = outside options;
      };
    };

  # Definitions that match no option. Those below `hypervisor` are mistakes, and
  # so are those that were meant to be.
  outside =
    options:
    types.mkOptionType {
      name = "outside";
      description = "settings of the host that are not ours";
      merge =
        loc: defs:
        let
          strays = filter (def: def.value ? hypervisor) defs;
          mistakes = concatMap (
            def:
            map (name: {
              inherit def name;
              meant = meant options name;
            }) (filter (name: meant options name != null) (lib.attrNames def.value))
          ) defs;
        in
        if strays != [ ] then
          throw (unknownOption options (head strays))
        else if mistakes != [ ] then
          throw (misplaced (head mistakes))
        else
          (types.lazyAttrsOf types.anything).merge loc defs;
    };

  # The path that a name outside `hypervisor` was meant to be, or null. NixOS has
  # a group `security` of its own.
  meant =
    options: name:
    if messages.similar name [ "hypervisor" ] != [ ] then
      "hypervisor"
    else if options.hypervisor ? ${name} && name != "security" then
      "hypervisor.${name}"
    else
      null;

  misplaced =
    {
      def,
      name,
      meant,
    }:
    "The option `${name}' does not exist.${messages.didYouMean [ meant ]} Definition values:${
      (import ./lib).options.showDefs [ (def // { value = def.value.${name}; }) ]
    }";

  # nixpkgs does not tell where a stray definition began; its path is then what
  # leads to the first attribute that is no option.
  unknownOption =
    options: def:
    let
      descend =
        path: declared: value:
        let
          name = head (lib.attrNames value);
        in
        if declared ? ${name} && !(lib.isOption declared.${name}) then
          descend (path ++ [ name ]) declared.${name} value.${name}
        else
          {
            prefix = path ++ [ name ];
            value = value.${name};
          };
    in
    messages.unknownOption {
      prefix = [ ];
      inherit options;
      stray = def // descend [ ] options def.value;
    };

  evaluated = lib.evalModules {
    modules = [
      ../modules
      standalone
    ]
    ++ modules;
  };
  inherit (evaluated) config options;

  failed = filter (a: !a.assertion) config.assertions;
  ignored = lib.attrNames (
    removeAttrs config [
      "assertions"
      "hypervisor"
      "warnings"
    ]
  );
in
if failed != [ ] then
  throw "Failed assertions:${concatMapStrings (a: "\n- ${a.message}") failed}"
else
  import ./manifest.nix {
    inherit lib config options;
    warnings =
      config.warnings
      ++ lib.optional (
        ignored != [ ]
      ) "outside NixOS these settings have no effect: ${lib.concatStringsSep ", " ignored}";
  }
