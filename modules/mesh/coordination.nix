# State, locks and scheduling of the mesh, its security and observability.
{ lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  options.hypervisor.mesh = {
    coordination = {
      stateStore = {
        backend = mkOption {
          type = types.enum [
            "embedded"
            "etcd"
            "consul"
            "tikv"
          ];
          default = "embedded";
          example = "etcd";
          description = "Where the state of the mesh is kept.";
        };
        consistency = mkOption {
          type = types.enum [
            "eventual"
            "strong"
            "linearizable"
          ];
          default = "strong";
          example = "linearizable";
          description = "What a reader may rely on.";
        };
        replication = mkOption {
          type = types.int;
          default = 3;
          example = 5;
          description = "Number of copies.";
        };
      };
      locks = {
        implementation = mkOption {
          type = types.enum [
            "local"
            "redlock"
            "chubby"
            "zab"
          ];
          default = "redlock";
          example = "local";
          description = "How hosts lock something together.";
        };
        defaultTimeout = mkOption {
          type = types.str;
          default = "30s";
          example = "1m";
          description = "How long a lock is held at most.";
        };
        enableFencing = mkOption {
          type = types.bool;
          default = true;
          example = false;
          description = "Whether a holder that lost its lock is kept from writing.";
        };
      };
      scheduler = {
        algorithm = mkOption {
          type = types.enum [
            "random"
            "round-robin"
            "least-loaded"
            "bin-packing"
            "spread"
            "gang"
            "fair-share"
            "priority-based"
          ];
          default = "least-loaded";
          example = "bin-packing";
          description = "How units are placed on hosts.";
        };
        constraints = {
          enableAffinity = mkOption {
            type = types.bool;
            default = true;
            example = false;
            description = "Whether wishes for nearness count.";
          };
          enableAntiAffinity = mkOption {
            type = types.bool;
            default = true;
            example = false;
            description = "Whether wishes for distance count.";
          };
          maxSchedulingTime = mkOption {
            type = types.str;
            default = "100ms";
            example = "1s";
            description = "How long a placement may take.";
          };
        };
        rebalancing = {
          enable = mkOption {
            type = types.bool;
            default = true;
            example = false;
            description = "Whether units are moved to even out the load.";
          };
          threshold = mkOption {
            type = types.float;
            default = 0.2;
            example = 0.5;
            description = "Difference in load from which on units are moved.";
          };
          interval = mkOption {
            type = types.str;
            default = "5m";
            example = "1h";
            description = "How often the load is compared.";
          };
        };
      };
    };
    security = {
      encryption = {
        enable = mkOption {
          type = types.bool;
          default = true;
          example = false;
          description = "Whether traffic between hosts is encrypted.";
        };
        algorithm = mkOption {
          type = types.enum [
            "aes-gcm"
            "chacha20-poly1305"
            "aes-cbc"
          ];
          default = "chacha20-poly1305";
          example = "aes-gcm";
          description = "The cipher.";
        };
        keyRotation = mkOption {
          type = types.str;
          default = "24h";
          example = "7d";
          description = "How often keys are changed.";
        };
      };
      authentication = {
        method = mkOption {
          type = types.enum [
            "psk"
            "pki"
            "mutual-tls"
            "spiffe"
          ];
          default = "mutual-tls";
          example = "psk";
          description = "How hosts prove who they are.";
        };
        ca = mkOption {
          type = types.nullOr types.path;
          default = null;
          example = "/etc/hypervisor/ca.pem";
          description = "Certificate of the authority.";
        };
      };
    };
    observability = {
      metrics = {
        enable = mkOption {
          type = types.bool;
          default = true;
          example = false;
          description = "Whether metrics are exported.";
        };
        exportInterval = mkOption {
          type = types.str;
          default = "10s";
          example = "1m";
          description = "How often they are exported.";
        };
      };
      tracing = {
        enable = mkOption {
          type = types.bool;
          default = true;
          example = false;
          description = "Whether requests are traced.";
        };
        backend = mkOption {
          type = types.enum [
            "jaeger"
            "zipkin"
            "otlp"
          ];
          default = "otlp";
          example = "jaeger";
          description = "Where traces go.";
        };
      };
    };
  };
}
