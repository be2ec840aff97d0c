# Monitoring that learns: how it runs, and where its data comes from.
{ lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  options.hypervisor.monitoring.ai = {
    enable = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether monitoring learns.";
    };
    settings = {
      engine = mkOption {
        type = types.enum [
          "tensorflow"
          "pytorch"
          "scikit-learn"
          "xgboost"
        ];
        default = "tensorflow";
        example = "scikit-learn";
        description = "What the models run on.";
      };
      gpu = {
        enable = mkOption {
          type = types.bool;
          default = false;
          example = true;
          description = "Whether a GPU is used.";
        };
        device = mkOption {
          type = types.str;
          default = "cuda:0";
          example = "cuda:1";
          description = "Which GPU.";
        };
      };
      distributed = {
        enable = mkOption {
          type = types.bool;
          default = false;
          example = true;
          description = "Whether the work is spread over hosts.";
        };
        workers = mkOption {
          type = types.int;
          default = 3;
          example = 8;
          description = "Over how many.";
        };
      };
    };
    pipeline = {
      ingestion = {
        sources = mkOption {
          type = types.listOf (
            types.submodule {
              options = {
                name = mkOption {
                  type = types.str;
                  example = "host";
                  description = "The source's name.";
                };
                type = mkOption {
                  type = types.enum [
                    "prometheus"
                    "influxdb"
                    "elasticsearch"
                    "logs"
                    "events"
                  ];
                  example = "prometheus";
                  description = "The kind of source.";
                };
                endpoint = mkOption {
                  type = types.str;
                  example = "http://127.0.0.1:9090";
                  description = "Its address.";
                };
                interval = mkOption {
                  type = types.str;
                  default = "10s";
                  example = "1m";
                  description = "How often it is asked.";
                };
              };
            }
          );
          default = [ ];
          example = [
            {
              name = "host";
              type = "prometheus";
              endpoint = "http://127.0.0.1:9090";
            }
          ];
          description = "Where measurements come from.";
        };
        preprocessing = {
          normalization = mkOption {
            type = types.bool;
            default = true;
            example = false;
            description = "Whether values are scaled.";
          };
          outlierRemoval = mkOption {
            type = types.bool;
            default = true;
            example = false;
            description = "Whether impossible values are dropped.";
          };
          featureEngineering = mkOption {
            type = types.bool;
            default = true;
            example = false;
            description = "Whether further features are derived.";
          };
        };
      };
      storage = {
        backend = mkOption {
          type = types.enum [
            "timescaledb"
            "influxdb"
            "clickhouse"
            "parquet"
          ];
          default = "timescaledb";
          example = "parquet";
          description = "Where measurements are kept.";
        };
        retention = mkOption {
          type = types.str;
          default = "90d";
          example = "365d";
          description = "How long they are kept.";
        };
        aggregation = mkOption {
          type = types.listOf (
            types.submodule {
              options = {
                interval = mkOption {
                  type = types.str;
                  example = "1h";
                  description = "The time one value stands for.";
                };
                functions = mkOption {
                  type = types.listOf types.str;
                  default = [
                    "mean"
                    "max"
                    "min"
                    "p95"
                  ];
                  example = [ "mean" ];
                  description = "How values become one.";
                };
                retention = mkOption {
                  type = types.str;
                  example = "365d";
                  description = "How long they are kept.";
                };
              };
            }
          );
          default = [
            {
              interval = "1m";
              functions = [
                "mean"
                "max"
              ];
              retention = "7d";
            }
            {
              interval = "5m";
              functions = [
                "mean"
                "max"
                "p95"
              ];
              retention = "30d";
            }
            {
              interval = "1h";
              functions = [
                "mean"
                "max"
                "min"
                "p95"
              ];
              retention = "1y";
            }
          ];
          example = [
            {
              interval = "1h";
              retention = "365d";
            }
          ];
          description = "What older ones are reduced to.";
        };
      };
    };
  };
}
