# `compute.units.<name>.guest`: a NixOS system made from the declaration, and the
# unit that boots it.
{
  config,
  lib,
  options,
  pkgs,
  ...
}:
let
  inherit (lib) mkDefault mkOption types;
  cfg = config.hypervisor;

  # The store as the guest knows it.
  share = "nix-store";

  systemOf =
    name: unit:
    cfg.guestSystem {
      modules = [
        (lib.modules.importApply ./guest/system.nix {
          inherit name share;
          driver = unit.guestStore;
        })
        unit.guest
      ];
    };

  # What a unit with a guest boots. All of it gives way to what the unit says.
  booting =
    { config, name, ... }:
    let
      system = systemOf name config;
      inherit (system.config.system) build;
    in
    {
      config = lib.mkIf (config.guest != null) {
        boot = {
          kernel = mkDefault "${build.kernel}/${system.config.system.boot.loader.kernelFile}";
          initrd = mkDefault "${build.initialRamdisk}/${system.config.system.boot.loader.initrdFile}";
          cmdline = mkDefault (
            lib.concatStringsSep " " ([ "init=${build.toplevel}/init" ] ++ system.config.boot.kernelParams)
          );
        };
        filesystems = [
          {
            name = share;
            target = share;
            source = builtins.storeDir;
            driver = config.guestStore;
            readOnly = true;
          }
        ];
      };
    };
in
{
  options.hypervisor = {
    compute.units = mkOption { type = types.attrsOf (types.submodule booting); };
    guestSystem = mkOption {
      type = types.raw;
      internal = true;
      default =
        { modules }:
        import "${pkgs.path}/nixos/lib/eval-config.nix" {
          inherit lib;
          system = null;
          modules = [
            {
              nixpkgs.pkgs = mkDefault pkgs;
              system.stateVersion = mkDefault config.system.stateVersion;
            }
          ]
          ++ modules;
        };
      defaultText = lib.literalMD "the NixOS of the host";
      description = "How the modules of a guest become a system: a function of `{ modules }`.";
    };
  };
}
