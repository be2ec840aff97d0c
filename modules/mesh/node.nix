# This host as a member of a mesh.
{ lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  options.hypervisor.mesh = {
    enable = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether the host joins others in a mesh.";
    };
    clusterName = mkOption {
      type = types.str;
      default = "hypervisor-mesh";
      example = "lab";
      description = "Name of the mesh.";
    };
    node = {
      id = mkOption {
        type = types.str;
        default = "";
        example = "node-1";
        description = "Identity of this host; made and kept if empty.";
      };
      roles = mkOption {
        type = types.listOf (
          types.enum [
            "controller"
            "worker"
            "storage"
            "edge"
            "witness"
          ]
        );
        default = [ "worker" ];
        example = [
          "controller"
          "worker"
        ];
        description = "What the host does in the mesh.";
      };
      capabilities = {
        compute = {
          available = mkOption {
            type = types.bool;
            default = true;
            example = false;
            description = "Whether units may be placed here.";
          };
          capacity = mkOption {
            type = types.int;
            default = 1000;
            example = 6400;
            description = "Units of processing power to offer.";
          };
          specializations = mkOption {
            type = types.listOf types.str;
            default = [ ];
            example = [ "gpu" ];
            description = "What the host is especially good for.";
          };
        };
        storage = {
          available = mkOption {
            type = types.bool;
            default = true;
            example = false;
            description = "Whether data may be placed here.";
          };
          tiers = mkOption {
            type = types.listOf types.int;
            default = [ 1 ];
            example = [
              0
              1
            ];
            description = "Levels of the tiers to offer.";
          };
          capacity = mkOption {
            type = types.str;
            default = "1Ti";
            example = "20Ti";
            description = "How much storage to offer.";
          };
        };
        network = {
          gateway = mkOption {
            type = types.bool;
            default = false;
            example = true;
            description = "Whether the host leads to the outside.";
          };
          bandwidth = mkOption {
            type = types.str;
            default = "1Gbps";
            example = "10Gbps";
            description = "Bandwidth to offer.";
          };
          features = mkOption {
            type = types.listOf types.str;
            default = [ ];
            example = [ "sriov" ];
            description = "What the network can do.";
          };
        };
      };
      location = {
        zone = mkOption {
          type = types.str;
          default = "default";
          example = "berlin-1";
          description = "The zone the host is in.";
        };
        rack = mkOption {
          type = types.nullOr types.str;
          default = null;
          example = "a12";
          description = "The rack the host is in.";
        };
        geo = mkOption {
          type = types.nullOr (
            types.submodule {
              options = {
                latitude = mkOption {
                  type = types.float;
                  example = 52.5;
                  description = "Degrees north.";
                };
                longitude = mkOption {
                  type = types.float;
                  example = 13.4;
                  description = "Degrees east.";
                };
                region = mkOption {
                  type = types.str;
                  example = "eu-central";
                  description = "Name of the region.";
                };
              };
            }
          );
          default = null;
          example = {
            latitude = 52.5;
            longitude = 13.4;
            region = "eu-central";
          };
          description = "The host's place on earth.";
        };
      };
    };
  };
}
