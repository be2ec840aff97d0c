# How heat is measured, data moved and cached.
{ lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  options.hypervisor.storage.fabric = {
    heatMap = {
      enable = mkOption {
        type = types.bool;
        default = true;
        example = false;
        description = "Whether accesses are counted.";
      };
      granularity = mkOption {
        type = types.str;
        default = "1Mi";
        example = "4Mi";
        description = "Size of the blocks that are counted.";
      };
      algorithm = mkOption {
        type = types.enum [
          "exponential-decay"
          "sliding-window"
          "ml-predicted"
        ];
        default = "exponential-decay";
        example = "sliding-window";
        description = "How counts become heat.";
      };
      timeWindows = mkOption {
        type = types.listOf types.str;
        default = [
          "1h"
          "1d"
          "7d"
          "30d"
        ];
        example = [ "1h" ];
        description = "Windows over which accesses are counted.";
      };
    };
    movement = {
      enable = mkOption {
        type = types.bool;
        default = true;
        example = false;
        description = "Whether data moves between tiers.";
      };
      engine = mkOption {
        type = types.enum [
          "continuous"
          "scheduled"
          "triggered"
        ];
        default = "continuous";
        example = "scheduled";
        description = "When data moves.";
      };
      schedule = mkOption {
        type = types.nullOr (
          types.submodule {
            options = {
              promotionWindow = mkOption {
                type = types.str;
                default = "* * * * *";
                example = "0 * * * *";
                description = "When data moves up.";
              };
              demotionWindow = mkOption {
                type = types.str;
                default = "0 2 * * *";
                example = "0 3 * * *";
                description = "When data moves down.";
              };
              rebalanceWindow = mkOption {
                type = types.str;
                default = "0 4 * * 0";
                example = "0 5 * * 0";
                description = "When a tier's providers are balanced.";
              };
            };
          }
        );
        default = null;
        example = {
          demotionWindow = "0 3 * * *";
        };
        description = "When the scheduled engine works, in the notation of cron.";
      };
      bandwidth = {
        limit = mkOption {
          type = types.nullOr types.str;
          default = null;
          example = "200Mi";
          description = "Bytes a second that movement may take.";
        };
        priority = {
          promotion = mkOption {
            type = types.int;
            default = 70;
            example = 80;
            description = "Share of moving up, in percent.";
          };
          demotion = mkOption {
            type = types.int;
            default = 20;
            example = 10;
            description = "Share of moving down, in percent.";
          };
          rebalance = mkOption {
            type = types.int;
            default = 10;
            example = 10;
            description = "Share of balancing, in percent.";
          };
        };
      };
    };
    caching = {
      enable = mkOption {
        type = types.bool;
        default = true;
        example = false;
        description = "Whether reads are cached.";
      };
      layers = mkOption {
        type = types.listOf (
          types.submodule {
            options = {
              name = mkOption {
                type = types.str;
                example = "ram";
                description = "The cache's name.";
              };
              location = mkOption {
                type = types.enum [
                  "memory"
                  "nvme"
                  "ssd"
                ];
                example = "memory";
                description = "Where it is.";
              };
              size = mkOption {
                type = types.str;
                example = "8Gi";
                description = "How much it holds.";
              };
              policy = mkOption {
                type = types.enum [
                  "lru"
                  "lfu"
                  "arc"
                  "2q"
                  "tinylfu"
                ];
                default = "arc";
                example = "tinylfu";
                description = "What is thrown out first.";
              };
              writePolicy = mkOption {
                type = types.enum [
                  "write-through"
                  "write-back"
                  "write-around"
                ];
                default = "write-back";
                example = "write-through";
                description = "How writes pass through.";
              };
            };
          }
        );
        default = [ ];
        example = [
          {
            name = "ram";
            location = "memory";
            size = "8Gi";
          }
        ];
        description = "Caches, the fastest first.";
      };
    };
  };
}
