# What a VM is told about itself when it first boots.
{ lib }:
let
  inherit (lib) mkOption types;
in
{
  options = {
    cloudInit = {
      enable = mkOption {
        type = types.nullOr types.bool;
        default = null;
        example = true;
        description = ''
          Whether the guest gets a seed for cloud-init. If null, it does when there is something
          to tell it.
        '';
      };
      hostname = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "web";
        description = "The guest's host name; the unit's name if null.";
      };
      userData = mkOption {
        type = types.attrsOf types.anything;
        default = { };
        example = {
          packages = [ "nginx" ];
        };
        description = "Merged into the `#cloud-config` document.";
      };
      metaData = mkOption {
        type = types.attrsOf types.str;
        default = { };
        example = {
          environment = "production";
        };
        description = "Merged into the meta-data document.";
      };
      networkConfig = mkOption {
        type = types.nullOr (types.attrsOf types.anything);
        default = null;
        example = {
          version = 2;
          ethernets.eth0.dhcp4 = true;
        };
        description = "The network configuration document.";
      };
      users = mkOption {
        type = types.listOf types.anything;
        default = [ ];
        example = [ { name = "admin"; } ];
        description = "Users to make, as cloud-init describes them.";
      };
      sshAuthorizedKeys = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = [ "ssh-ed25519 AAAA… admin@example.org" ];
        description = "Keys that may log in as the default user.";
      };
    };
  };
}
