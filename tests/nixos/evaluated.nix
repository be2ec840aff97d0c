# Our module over the stub of NixOS, and what comes of it as plain data:
#
#   units      unit files by name, as NixOS would render them
#   files      other files in the store by path: manifest and settings
#   manifest   the manifest itself, and where it is
#   …          what a switch runs, and what the module asks of the rest of NixOS
{ lib, pkgs }:
let
  render = import ../../nix/render-units.nix {
    inherit lib;
    inherit (pkgs) writeText;
  };
in
{
  evaluate =
    modules:
    lib.evalModules {
      class = "nixos";
      modules = [
        ../../modules/nixos
        ./stub.nix
        { _module.args.pkgs = pkgs; }
      ]
      ++ modules;
    };

  outcome =
    { config, ... }:
    let
      failed = lib.filter (a: !a.assertion) config.assertions;
      written = [
        config.hypervisor.manifest
      ]
      ++ lib.mapAttrsToList (_: file: file.source) config.environment.etc;
    in
    if failed != [ ] then
      throw "Failed assertions:${lib.concatMapStrings (a: "\n- ${a.message}") failed}"
    else
      {
        units = render config;
        files = builtins.listToAttrs (
          map (file: {
            name = builtins.unsafeDiscardStringContext "${file}";
            value = file.text;
          }) written
        );
        etc = lib.mapAttrs (_: file: "${file.source}") config.environment.etc;
        manifest = {
          path = "${config.hypervisor.manifest}";
          value = builtins.fromJSON config.hypervisor.manifest.text;
        };
        activation = config.system.activationScripts;
        inherit (config.system) preSwitchChecks systemBuilderCommands;
        backends = {
          docker = { inherit (config.virtualisation.docker) enable liveRestore; };
          libvirtd = {
            inherit (config.virtualisation.libvirtd) enable onBoot onShutdown;
            swtpm = config.virtualisation.libvirtd.qemu.swtpm.enable;
          };
        };
        firewall = config.networking.firewall.allowedTCPPorts;
        groups = lib.attrNames config.users.groups;
        logind = config.services.logind.settings.Login;
        polkit = config.security.polkit.extraConfig;
        inherit (config) warnings;
      };
}
