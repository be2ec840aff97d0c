# IPv4 on a libvirt network.
{ lib }:
let
  inherit (lib) mkOption types;
in
types.submodule {
  options = {
    address = mkOption {
      type = types.str;
      default = "192.168.150.1";
      example = "10.10.0.1";
      description = "The host's address.";
    };
    prefix = mkOption {
      type = types.int;
      default = 24;
      example = 16;
      description = "Length of the network's prefix.";
    };
    dhcp = {
      enable = mkOption {
        type = types.bool;
        default = true;
        example = false;
        description = "Whether the network gives addresses to guests.";
      };
      start = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "192.168.150.100";
        description = "First address to give. With null, as with `end`, all but the host's own.";
      };
      end = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "192.168.150.200";
        description = "Last address to give.";
      };
      hosts = mkOption {
        type = types.attrsOf (
          types.submodule {
            options = {
              mac = mkOption {
                type = types.str;
                example = "52:54:00:00:00:10";
                description = "Hardware address of the guest.";
              };
              address = mkOption {
                type = types.str;
                example = "192.168.150.10";
                description = "Address it gets.";
              };
            };
          }
        );
        default = { };
        example = {
          db = {
            mac = "52:54:00:00:00:10";
            address = "192.168.150.10";
          };
        };
        description = "Guests that always get the same address, by host name.";
      };
    };
  };
}
