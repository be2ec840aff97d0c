# What no single option of the host's service can check.
{ config, lib, ... }:
let
  cfg = config.hypervisor;
  inherit (cfg) daemon;

  inStore = lib.filterAttrs (_: lib.hasPrefix "${builtins.storeDir}/") daemon.credentials;
  isLoopback = import ./loopback.nix { inherit lib; };
in
{
  config = lib.mkIf cfg.enable {
    assertions =
      lib.mapAttrsToList (name: path: {
        assertion = false;
        message = "hypervisor.daemon.credentials.${name}: everybody can read ${path}, as it is in the store. Keep the secret in a file outside of it, such as /run/secrets/${name}, and name that.";
      }) inStore
      ++ [
        {
          assertion = daemon.openFirewall -> !(lib.all isLoopback daemon.settings.listen);
          message = "hypervisor.daemon.openFirewall: nobody else can reach where the daemon listens, ${
            if daemon.settings.listen == [ ] then "its socket" else lib.concatStringsSep ", " daemon.settings.listen
          }. Set `hypervisor.daemon.settings.listen', or leave the firewall closed.";
        }
      ];
  };
}
