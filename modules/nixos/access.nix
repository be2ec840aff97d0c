# Who on the host may speak to the daemon, and who beyond it.
{ config, lib, ... }:
let
  cfg = config.hypervisor;
  isLoopback = import ../host/loopback.nix { inherit lib; };
  portOf = address: lib.toInt (lib.last (lib.splitString ":" address));
in
{
  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package ];
    users.groups.hypervisor = { };
    # Members may do through the socket whatever can be done to guests, so virsh
    # and systemctl ask them for nothing more.
    security.polkit = {
      enable = lib.mkDefault true;
      extraConfig = ''
        polkit.addRule(function(action, subject) {
          if (!subject.isInGroup("hypervisor")) {
            return polkit.Result.NOT_HANDLED;
          }
          if (action.id == "org.libvirt.unix.manage" || action.id == "org.libvirt.unix.monitor") {
            return polkit.Result.YES;
          }
          if (action.id == "org.freedesktop.systemd1.manage-units" &&
              ["hypernix.service", "hypernix-apply.service"].indexOf(action.lookup("unit")) >= 0) {
            return polkit.Result.YES;
          }
          return polkit.Result.NOT_HANDLED;
        });
      '';
    };
    networking.firewall.allowedTCPPorts = lib.mkIf (cfg.daemon.enable && cfg.daemon.openFirewall) (
      map portOf (lib.filter (address: !isLoopback address) cfg.daemon.settings.listen)
    );
  };
}
