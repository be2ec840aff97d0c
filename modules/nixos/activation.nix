# What a switch does: refuse a plan that cannot work before anything changes,
# show it on a dry run, and apply it once the new system is there.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.hypervisor;
  hypernix = lib.getExe cfg.package;
in
{
  config = lib.mkIf cfg.enable {
    # $1 is the system to be, $2 what is done with it. The first switch brings
    # libvirtd and Docker: what does not run yet refuses nothing.
    system.preSwitchChecks.hypervisor = lib.mkIf cfg.activation.check ''
      ${hypernix} plan --check --partial "$1/hypervisor/manifest.json"
    '';

    # An activation script can neither fail a switch nor count on libvirtd, so
    # all that this one does is to print the plan of a dry run.
    system.activationScripts.hypervisor = {
      supportsDryActivation = true;
      deps = [
        "etc"
        "users"
      ];
      text = ''
        if [ "''${NIXOS_ACTION:-}" = dry-activate ]; then
          ${hypernix} activate --dry-run ${cfg.manifest} || true
        fi
      '';
    };

    # Booting an older generation, or going back to one, starts that generation's
    # unit, with that generation's manifest.
    systemd.services.hypernix-apply = lib.mkIf cfg.activation.apply {
      description = "Virtual machines and containers as this generation declares them";
      documentation = [ "man:hypernix-activate(1)" ];
      wantedBy = [ "multi-user.target" ];
      wants = [ "network-online.target" ];
      after = [
        "docker.service"
        "hypernix.service"
        "libvirtd.service"
        "libvirtd.socket"
        "network-online.target"
      ];
      restartTriggers = [ cfg.manifest ];
      stopIfChanged = false;
      path = import ./path.nix { inherit config pkgs; };
      serviceConfig = {
        Type = "oneshot";
        RemainAfterExit = true;
        ExecStart = "${hypernix} activate ${cfg.manifest}";
        TimeoutStartSec = cfg.activation.timeout;
        StateDirectory = "hypervisor";
        StateDirectoryMode = "0711";
      };
    };
  };
}
