# The manifest of a host of a flake, from what the flake offers under that name:
#
#   hypervisorConfigurations.HOST   a module, or a list of modules; a configuration
#                                   that is evaluated; or a manifest
#   nixosConfigurations.HOST        a NixOS system that has our module
{ flake, host }:
let
  lib = import ./lib;
  inherit (builtins) attrNames isList;
  inherit (lib.modules.messages) didYouMean similar;

  hosts = attrNames own ++ attrNames nixos;
  own = flake.hypervisorConfigurations or { };
  nixos = flake.nixosConfigurations or { };

  isManifest = value: value ? schemaVersion && value ? hypervisor;
  isEvaluated = value: value ? config && value ? options && value._type or "" != "";

  manifest =
    evaluated:
    let
      inherit (evaluated) config options;
      # A host has assertions of its own, which are no business of ours.
      ours = builtins.filter (a: lib.hasPrefix "hypervisor." a.message) config.assertions or [ ];
      failed = builtins.filter (a: !a.assertion) ours;
    in
    if failed != [ ] then
      throw "Failed assertions:${lib.concatMapStrings (a: "\n- ${a.message}") failed}"
    else
      import ./manifest.nix {
        inherit lib config options;
        warnings = config.hypervisor.remarks or [ ];
      };

  module =
    value:
    import ./evaluate.nix {
      modules = if isList value then value else [ value ];
    };

  ofOwn =
    value:
    if isManifest value then
      value
    else if isEvaluated value then
      manifest value
    else
      module value;

  ofNixos =
    value:
    if value.options ? hypervisor then
      manifest value
    else
      throw "The NixOS system `${host}' does not have the module of Hyper-NixOS. It needs `nixosModules.default' of its flake among its modules.";

  known = if hosts == [ ] then " The flake has no hosts." else " There are: ${lib.concatStringsSep ", " hosts}.";
in
if own ? ${host} then
  ofOwn own.${host}
else if nixos ? ${host} then
  ofNixos nixos.${host}
else
  throw (
    "The host `${host}' does not exist in the flake."
    + (if similar host hosts != [ ] then didYouMean (similar host hosts) else known)
  )
