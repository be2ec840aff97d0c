# The declaration as a file of the system, so that each generation carries its
# own: /run/current-system/hypervisor/manifest.json.
{
  config,
  lib,
  options,
  pkgs,
  ...
}:
let
  cfg = config.hypervisor;
  manifest = import ../../nix/manifest.nix {
    inherit lib config options;
    warnings = cfg.remarks;
  };
in
{
  options.hypervisor.manifest = lib.mkOption {
    type = lib.types.path;
    internal = true;
    readOnly = true;
    description = "The manifest of this system, in the store.";
  };
  config = {
    hypervisor.manifest = pkgs.writeText "hypervisor-manifest.json" (builtins.toJSON manifest);
    system.systemBuilderCommands = lib.mkIf cfg.enable ''
      mkdir -p $out/hypervisor
      ln -s ${cfg.manifest} $out/hypervisor/manifest.json
    '';
  };
}
