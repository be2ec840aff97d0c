# The daemon: its socket, its settings, and how a switch treats it.
#
# Guests are in the scopes of libvirt and Docker, not in the daemon's, so that
# neither its restart nor its end touches them. The socket stays open while it
# restarts: clients wait instead of being refused.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  cfg = config.hypervisor;
  inherit (cfg) daemon;
  arguments = import ./arguments.nix { inherit lib; } daemon.settings;
in
{
  config = lib.mkIf (cfg.enable && daemon.enable) {
    # The daemon delays a shutdown until guests have stopped in order; logind
    # grants no more than this.
    services.logind.settings.Login.InhibitDelayMaxSec = lib.mkDefault daemon.shutdownTimeout;

    systemd.sockets.hypernix = {
      description = "Socket of the Hyper-NixOS daemon";
      wantedBy = [ "sockets.target" ];
      listenStreams = [ "/run/hypernix/hypernix.sock" ];
      socketConfig = {
        DirectoryMode = "0755";
        SocketGroup = "hypervisor";
        SocketMode = "0660";
      };
    };

    systemd.services.hypernix = {
      description = "Virtual machines and containers, kept as declared";
      documentation = [ "man:hypernix-serve(1)" ];
      wantedBy = [ "multi-user.target" ];
      requires = [ "hypernix.socket" ];
      wants = [ "network-online.target" ];
      # On the way down the order is the other way round: the daemon stops the
      # guests while libvirtd and docker still run.
      after = [
        "dbus.socket"
        "docker.service"
        "hypernix.socket"
        "libvirt-guests.service"
        "libvirtd.service"
        "libvirtd.socket"
        "network-online.target"
      ];
      path = import ../path.nix { inherit config pkgs; };

      # After a switch everything is looked at again, and hypernix-apply hands over
      # what is new; only a new program or new settings make another daemon.
      reloadTriggers = [ cfg.manifest ];
      stopIfChanged = false;
      notSocketActivated = true;

      serviceConfig = import ./hardening.nix { inherit lib daemon; } // {
        Type = "notify";
        ExecStart = "${lib.getExe cfg.package} serve ${arguments}";
        ExecReload = "${pkgs.coreutils}/bin/kill -HUP $MAINPID";
        Restart = "on-failure";
        RestartSec = "1s";
        WatchdogSec = "60s";
        StateDirectory = "hypervisor";
        StateDirectoryMode = "0711";
        LoadCredential = lib.mapAttrsToList (name: path: "${name}:${path}") daemon.credentials;
      };
    };
  };
}
