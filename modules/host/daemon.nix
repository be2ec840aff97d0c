# `hypernix serve`: what watches over the host between two switches.
{ lib, ... }:
let
  inherit (lib) mkOption types;
  file = import ../file.nix { inherit lib; };
in
{
  options.hypervisor.daemon = {
    enable = mkOption {
      type = types.bool;
      default = true;
      example = false;
      description = ''
        Whether a daemon keeps the host as declared, answers on a socket and serves metrics. Without
        it a switch still applies.
      '';
    };
    settings = mkOption {
      type = types.submodule {
        freeformType = types.attrsOf (types.json or types.anything);
        options = {
          listen = mkOption {
            type = types.listOf (types.strMatching ".+:[0-9]+");
            default = [ "127.0.0.1:8080" ];
            example = [ "[::1]:9080" ];
            description = ''
              Addresses and ports to listen on for HTTP; on none but the socket if empty. So far the
              daemon accepts only loopback addresses, as it does not ask who calls.
            '';
          };
          resync = mkOption {
            type = types.str;
            default = "10m";
            example = "1h";
            description = "How often everything is read anew, whatever the backends told.";
          };
        };
      };
      default = { };
      example = {
        listen = [ "127.0.0.1:9080" ];
      };
      description = ''
        Settings of the daemon: the options of `hypernix serve` (docs/cli.md) by their names. Anybody on
        the host can read them: secrets belong in `daemon.credentials`.
      '';
    };
    credentials = mkOption {
      type = types.attrsOf file;
      default = { };
      example = {
        token = "/run/secrets/hypernix-token";
      };
      description = ''
        Files with secrets, by the name under which systemd hands them to the daemon (in
        `$CREDENTIALS_DIRECTORY`). They are named by their paths and never copied to the store.
      '';
    };
    openFirewall = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether the firewall lets others reach the ports in `settings.listen`.";
    };
    readWritePaths = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "/srv/exports" ];
      description = ''
        Directories the daemon may write to beside its own state, such as those that lifecycle
        scripts of units change. Everything else is read-only to it.
      '';
    };
    shutdownTimeout = mkOption {
      type = types.str;
      default = "5min";
      example = "10min";
      description = ''
        How long a shutdown of the host may be delayed so that guests stop in order, as systemd
        writes times. Each unit's own `shutdown.timeout` counts within it.
      '';
    };
  };
}
