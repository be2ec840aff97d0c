# Networks that the host offers to units.
{ lib, ... }:
let
  inherit (lib) mkOption types;
  ipv4 = import ./ipv4.nix { inherit lib; };
  owned = import ../ownership.nix { inherit lib; } {
    what = "network";
    deletion = "delete";
  };
in
{
  options.hypervisor = {
    networks = mkOption {
      type = types.attrsOf (
        types.submodule {
          options = {
            backend = mkOption {
              type = types.enum [
                "libvirt"
                "docker"
              ];
              default = "libvirt";
              example = "docker";
              description = "Whether the network is for VMs or for containers.";
            };
            capabilities = mkOption {
              type = types.listOf types.str;
              default = [ ];
              example = [ "internal" ];
              description = ''
                What the network offers; interfaces find it by these words as well as by its name.
              '';
            };
            mode = mkOption {
              type = types.enum [
                "nat"
                "route"
                "open"
                "isolated"
                "bridge"
              ];
              default = "nat";
              example = "isolated";
              description = ''
                How a libvirt network reaches the outside. `bridge` joins the host's bridge named by
                `bridge`.
              '';
            };
            bridge = mkOption {
              type = types.nullOr types.str;
              default = null;
              example = "virbr10";
              description = "Name of the bridge device. Chosen by libvirt if null.";
            };
            mtu = mkOption {
              type = types.nullOr types.int;
              default = null;
              example = 9000;
              description = "Largest packet.";
            };
            domain = mkOption {
              type = types.nullOr types.str;
              default = null;
              example = "lab.example.org";
              description = "DNS domain of the guests.";
            };
            ipv4 = mkOption {
              type = types.nullOr ipv4;
              default = null;
              example = {
                address = "192.168.150.1";
                dhcp.start = "192.168.150.100";
                dhcp.end = "192.168.150.200";
              };
              description = ''
                The host's own address on the network, and DHCP for the guests. Needed where `mode` is `nat`,
                `route` or `open`.
              '';
            };
            dnsHosts = mkOption {
              type = types.attrsOf (types.listOf types.str);
              default = { };
              example = {
                "192.168.150.10" = [ "db" ];
              };
              description = "Names that the network's DNS knows, by address.";
            };
            driver = mkOption {
              type = types.str;
              default = "bridge";
              example = "macvlan";
              description = "Driver of a Docker network.";
            };
            subnet = mkOption {
              type = types.nullOr types.str;
              default = null;
              example = "172.20.0.0/16";
              description = "Subnet of a Docker network.";
            };
            gateway = mkOption {
              type = types.nullOr types.str;
              default = null;
              example = "172.20.0.1";
              description = "Gateway of a Docker network.";
            };
            internal = mkOption {
              type = types.bool;
              default = false;
              example = true;
              description = "Whether a Docker network is cut off from the outside.";
            };
            options = mkOption {
              type = types.attrsOf types.str;
              default = { };
              example = {
                "com.docker.network.bridge.name" = "br-web";
              };
              description = "Options of a Docker network's driver.";
            };
            labels = mkOption {
              type = types.attrsOf types.str;
              default = { };
              example = {
                tier = "frontend";
              };
              description = "Labels of a Docker network.";
            };
            autostart = mkOption {
              type = types.bool;
              default = true;
              example = false;
              description = "Whether the network starts with the host.";
            };
            inherit (owned) adopt protect deletionPolicy;
          };
        }
      );
      default = { };
      example = {
        lan = {
          mode = "nat";
          ipv4.address = "192.168.150.1";
        };
      };
      description = "Virtual networks, by name.";
    };
  };
}
