# Storage tiers: how fast each is, what it is made of, when data moves.
{ lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  options.hypervisor.storage = {
    defaultTier = mkOption {
      type = types.int;
      default = 1;
      example = 2;
      description = "Level of the tier for data of which nothing else is known.";
    };
    tiers = mkOption {
      type = types.attrsOf (
        types.submodule {
          options = {
            level = mkOption {
              type = types.int;
              example = 0;
              description = "Position of the tier; 0 is the fastest.";
            };
            characteristics = {
              latency = mkOption {
                type = types.nullOr types.str;
                default = null;
                example = "< 1ms";
                description = "Latency to expect. Measured if null, as are the next two.";
              };
              throughput = mkOption {
                type = types.nullOr types.str;
                default = null;
                example = "3Gi/s";
                description = "Throughput to expect.";
              };
              iops = mkOption {
                type = types.nullOr types.str;
                default = null;
                example = "500k";
                description = "Operations a second to expect.";
              };
              durability = mkOption {
                type = types.float;
                default = 0.999999999;
                example = 0.9999;
                description = "Probability that data survives a year.";
              };
              cost = mkOption {
                type = types.float;
                default = 1.0;
                example = 0.2;
                description = "Cost relative to the other tiers.";
              };
            };
            providers = mkOption {
              type = types.listOf (
                types.submodule {
                  options = {
                    name = mkOption {
                      type = types.str;
                      default = "";
                      example = "nvme0";
                      description = "Name of the provider; its type if empty.";
                    };
                    type = mkOption {
                      type = types.enum [
                        "memory"
                        "nvme-local"
                        "ssd-array"
                        "hdd-array"
                        "object"
                        "tape"
                        "optical"
                      ];
                      example = "nvme-local";
                      description = "The kind of storage.";
                    };
                    capacity = mkOption {
                      type = types.str;
                      example = "2Ti";
                      description = "How much it holds.";
                    };
                    location = mkOption {
                      type = types.str;
                      default = "";
                      example = "/dev/nvme0n1";
                      description = "Device, directory or address; chosen to fit the type if empty.";
                    };
                    features = mkOption {
                      type = types.attrsOf types.bool;
                      default = { };
                      example = {
                        encryption = true;
                      };
                      description = "What the provider can do.";
                    };
                  };
                }
              );
              default = [ ];
              example = [
                {
                  type = "memory";
                  capacity = "128Gi";
                }
              ];
              description = "What the tier is made of.";
            };
            policies = {
              promotion = {
                enabled = mkOption {
                  type = types.bool;
                  default = true;
                  example = false;
                  description = "Whether data that is used much moves up.";
                };
                threshold = {
                  accessFrequency = mkOption {
                    type = types.int;
                    default = 10;
                    example = 50;
                    description = "Accesses in a window that make data hot.";
                  };
                  heatScore = mkOption {
                    type = types.float;
                    default = 0.8;
                    example = 0.9;
                    description = "Heat above which data moves up.";
                  };
                  latencySensitivity = mkOption {
                    type = types.float;
                    default = 0.9;
                    example = 0.5;
                    description = "Sensitivity to latency above which data moves up.";
                  };
                };
                batchSize = mkOption {
                  type = types.str;
                  default = "1Gi";
                  example = "256Mi";
                  description = "How much is moved at once.";
                };
              };
              demotion = {
                enabled = mkOption {
                  type = types.bool;
                  default = true;
                  example = false;
                  description = "Whether data that is used little moves down.";
                };
                threshold = {
                  idleTime = mkOption {
                    type = types.str;
                    default = "7d";
                    example = "30d";
                    description = "Time without access after which data moves down.";
                  };
                  heatScore = mkOption {
                    type = types.float;
                    default = 0.2;
                    example = 0.1;
                    description = "Heat below which data moves down.";
                  };
                };
                excludePatterns = mkOption {
                  type = types.listOf types.str;
                  default = [ ];
                  example = [ "*.db" ];
                  description = "Names of data that never moves down.";
                };
              };
              retention = {
                minTime = mkOption {
                  type = types.nullOr types.str;
                  default = null;
                  example = "1h";
                  description = "How long data stays at least.";
                };
                maxTime = mkOption {
                  type = types.nullOr types.str;
                  default = null;
                  example = "90d";
                  description = "How long data stays at most.";
                };
              };
            };
          };
        }
      );
      default = { };
      example = {
        tier-0 = {
          level = 0;
          characteristics.latency = "< 0.1ms";
          providers = [
            {
              type = "memory";
              capacity = "128Gi";
            }
          ];
        };
      };
      description = "Storage tiers, by name.";
    };
  };
}
