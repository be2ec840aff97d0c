# What runs in a container, and with which rights.
{ lib }:
let
  inherit (lib) mkOption types;
in
{
  options = {
    container = {
      command = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = [
          "/bin/httpd"
          "-f"
        ];
        description = "The command and its arguments; the image's own if empty.";
      };
      entrypoint = mkOption {
        type = types.nullOr (types.listOf types.str);
        default = null;
        example = [ "/entrypoint.sh" ];
        description = "The entry point; the image's own if null.";
      };
      env = mkOption {
        type = types.attrsOf types.str;
        default = { };
        example = {
          LOG_LEVEL = "info";
        };
        description = "Environment variables.";
      };
      user = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "1000:1000";
        description = "User and group of the process.";
      };
      workdir = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "/srv";
        description = "Working directory of the process.";
      };
      init = mkOption {
        type = types.bool;
        default = false;
        example = true;
        description = "Whether an init process reaps orphans.";
      };
      stopSignal = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "SIGQUIT";
        description = "The signal that asks the process to stop.";
      };
      restartPolicy = mkOption {
        type = types.enum [
          "no"
          "always"
          "on-failure"
          "unless-stopped"
        ];
        default = "unless-stopped";
        example = "on-failure";
        description = "When the engine restarts the container.";
      };
      maxRetries = mkOption {
        type = types.int;
        default = 0;
        example = 5;
        description = "How often `on-failure` tries; 0 for ever.";
      };
      privileged = mkOption {
        type = types.bool;
        default = false;
        example = true;
        description = "Whether the container has all rights on the host.";
      };
      readOnlyRoot = mkOption {
        type = types.bool;
        default = false;
        example = true;
        description = "Whether the root file system is read-only.";
      };
      capAdd = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = [ "NET_ADMIN" ];
        description = "Linux capabilities to add.";
      };
      capDrop = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = [ "ALL" ];
        description = "Linux capabilities to drop.";
      };
      securityOpt = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = [ "no-new-privileges" ];
        description = "Security options of the engine.";
      };
      devices = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = [ "/dev/kvm" ];
        description = "Devices of the host, as `host[:container[:rights]]`.";
      };
      pidsLimit = mkOption {
        type = types.nullOr types.int;
        default = null;
        example = 100;
        description = "How many processes there may be.";
      };
      memoryReservation = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "256Mi";
        description = "Memory that stays reserved when the host runs short.";
      };
      memorySwap = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "2Gi";
        description = "Memory and swap together.";
      };
      cpuset = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "0-1";
        description = "Processors of the host to run on.";
      };
      ulimits = mkOption {
        type = types.attrsOf (
          types.submodule {
            options = {
              soft = mkOption {
                type = types.int;
                example = 1024;
                description = "The limit that applies.";
              };
              hard = mkOption {
                type = types.int;
                example = 4096;
                description = "How far the process itself may raise it.";
              };
            };
          }
        );
        default = { };
        example = {
          nofile = {
            soft = 1024;
            hard = 4096;
          };
        };
        description = "Limits of the process, by their names.";
      };
    };
  };
}
