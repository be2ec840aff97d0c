# Network interfaces.
{ lib }:
let
  inherit (lib) mkOption types;
in
{
  options = {
    network = mkOption {
      type = types.listOf (
        types.submodule {
          options = {
            name = mkOption {
              type = types.str;
              example = "lan";
              description = "Name of the interface, unique within the unit.";
            };
            capability = mkOption {
              type = types.str;
              default = "default";
              example = "user";
              description = ''
                What the network must offer: the name of a declared network or one of its
                capabilities. `user` needs no network on the host.
              '';
            };
            features = mkOption {
              type = types.listOf types.str;
              default = [ ];
              example = [ "sriov" ];
              description = "Features wanted of the network.";
            };
            bandwidth = mkOption {
              type = types.nullOr types.str;
              default = null;
              example = "100Mbps";
              description = "Limit on the traffic each way.";
            };
            latency = mkOption {
              type = types.nullOr types.str;
              default = null;
              example = "1ms";
              description = "Latency wanted.";
            };
            network = mkOption {
              type = types.nullOr types.str;
              default = null;
              example = "lan";
              description = "The network to join, instead of choosing by capability.";
            };
            bridge = mkOption {
              type = types.nullOr types.str;
              default = null;
              example = "br0";
              description = "A bridge of the host to join, instead of a network.";
            };
            mac = mkOption {
              type = types.nullOr types.str;
              default = null;
              example = "52:54:00:12:34:56";
              description = "The hardware address. One is derived from unit and interface if null.";
            };
            model = mkOption {
              type = types.str;
              default = "virtio";
              example = "e1000e";
              description = "The card that the guest sees.";
            };
            address = mkOption {
              type = types.nullOr types.str;
              default = null;
              example = "172.20.0.10";
              description = "A container's IPv4 address.";
            };
            aliases = mkOption {
              type = types.listOf types.str;
              default = [ ];
              example = [ "www" ];
              description = "Further names of a container on the network.";
            };
            link = mkOption {
              type = types.enum [
                "up"
                "down"
              ];
              default = "up";
              example = "down";
              description = "Whether the cable is plugged in.";
            };
          };
        }
      );
      default = [ ];
      example = [
        {
          name = "lan";
          capability = "internal";
        }
      ];
      description = "Network interfaces, in the order the guest sees them.";
    };
  };
}
