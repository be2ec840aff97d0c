# What kind of work a unit does, and where it may run.
{ lib }:
let
  inherit (lib) mkOption types;
in
{
  options = {
    workload = {
      type = mkOption {
        type = types.enum [
          "persistent"
          "ephemeral"
          "batch"
          "interactive"
        ];
        default = "persistent";
        example = "batch";
        description = "The kind of workload.";
      };
      profile = mkOption {
        type = types.nullOr (
          types.enum [
            "cpu-intensive"
            "memory-intensive"
            "io-intensive"
            "gpu-compute"
            "realtime"
          ]
        );
        default = null;
        example = "cpu-intensive";
        description = "What the workload needs most.";
      };
      sla = {
        availability = mkOption {
          type = types.nullOr types.float;
          default = null;
          example = 99.9;
          description = "Availability wanted, in percent.";
        };
        latency = mkOption {
          type = types.nullOr types.str;
          default = null;
          example = "10ms";
          description = "Latency wanted.";
        };
        iops = mkOption {
          type = types.nullOr types.int;
          default = null;
          example = 5000;
          description = "Disk operations a second wanted.";
        };
      };
    };
    placement = {
      affinity = mkOption {
        type = types.listOf (
          types.submodule {
            options = {
              type = mkOption {
                type = types.enum [
                  "required"
                  "preferred"
                  "anti"
                ];
                example = "preferred";
                description = "Whether nearness is a must, a wish, or to be avoided.";
              };
              scope = mkOption {
                type = types.enum [
                  "host"
                  "rack"
                  "zone"
                  "region"
                ];
                example = "host";
                description = "What near means.";
              };
              labelSelector = mkOption {
                type = types.attrsOf types.str;
                example = {
                  tier = "database";
                };
                description = "Labels of the units meant.";
              };
              weight = mkOption {
                type = types.int;
                default = 100;
                example = 50;
                description = "How much a wish counts.";
              };
            };
          }
        );
        default = [ ];
        example = [
          {
            type = "anti";
            scope = "host";
            labelSelector.tier = "database";
          }
        ];
        description = "Units to be near to, or away from.";
      };
      spread = mkOption {
        type = types.nullOr (
          types.submodule {
            options = {
              topology = mkOption {
                type = types.str;
                example = "zone";
                description = "What they are spread over.";
              };
              maximum = mkOption {
                type = types.int;
                default = 1;
                example = 2;
                description = "How many may be in one place.";
              };
            };
          }
        );
        default = null;
        example = {
          topology = "zone";
        };
        description = "How units of the same labels are spread.";
      };
    };
  };
}
