# What a container is connected to.
{ lib }:
let
  inherit (lib) mkOption types;
  port = import ./port.nix { inherit lib; };
  volume = import ./volume.nix { inherit lib; };
in
{
  options = {
    container = {
      ports = mkOption {
        type = types.listOf port;
        default = [ ];
        example = [ "127.0.0.1:8080:80/tcp" ];
        description = "Ports to publish, as `[address:]host:container[/protocol]` or as a set.";
      };
      volumes = mkOption {
        type = types.listOf volume;
        default = [ ];
        example = [ "web-data:/srv:ro" ];
        description = "Volumes and directories to mount, as `source:target[:ro]` or as a set.";
      };
      tmpfs = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = [ "/tmp" ];
        description = "Paths that are kept in memory.";
      };
      networkMode = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "host";
        description = "The engine's network mode, instead of the interfaces under `network`.";
      };
      hostname = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "web";
        description = "The container's host name.";
      };
      dns = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = [ "9.9.9.9" ];
        description = "Name servers.";
      };
      extraHosts = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = [ "db:10.0.0.5" ];
        description = "Further lines of the hosts file, as `name:address`.";
      };
      logDriver = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "journald";
        description = "The engine's log driver.";
      };
      logOptions = mkOption {
        type = types.attrsOf types.str;
        default = { };
        example = {
          max-size = "10m";
        };
        description = "Options of the log driver.";
      };
    };
  };
}
