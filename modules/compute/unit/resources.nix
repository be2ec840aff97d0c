# Processors, memory, accelerators.
{ lib }:
let
  inherit (lib) mkOption types;
in
{
  options = {
    resources = {
      compute = {
        units = mkOption {
          type = types.int;
          default = 100;
          example = 400;
          description = ''
            Processing power in hundredths of a virtual CPU. Fractions become a quota.
          '';
        };
        maxUnits = mkOption {
          type = types.nullOr types.int;
          default = null;
          example = 800;
          description = ''
            How far `units` may be raised while the guest runs; `units` itself if null.
          '';
        };
        architecture = mkOption {
          type = types.enum [
            "x86_64"
            "aarch64"
            "riscv64"
            "wasm"
          ];
          default = "x86_64";
          example = "aarch64";
          description = "The instruction set. One that is not the host's is emulated.";
        };
        features = mkOption {
          type = types.listOf types.str;
          default = [ ];
          example = [ "avx2" ];
          description = "Processor features the guest requires.";
        };
        burst = mkOption {
          type = types.nullOr types.int;
          default = null;
          example = 600;
          description = "Units the guest may use beyond its own while the host is idle.";
        };
      };
      memory = {
        size = mkOption {
          type = types.str;
          default = "1Gi";
          example = "512Mi";
          description = "Memory. Ki, Mi, Gi, Ti count in 1024, K, M, G, T in 1000.";
        };
        maximum = mkOption {
          type = types.nullOr types.str;
          default = null;
          example = "8Gi";
          description = "How far the memory may be raised while the guest runs; `size` if null.";
        };
        hugepages = mkOption {
          type = types.nullOr types.str;
          default = null;
          example = "2Mi";
          description = "Size of the huge pages that back the memory.";
        };
        bandwidth = mkOption {
          type = types.nullOr types.int;
          default = null;
          example = 20;
          description = "Memory bandwidth in GB/s to reserve.";
        };
      };
      accelerators = mkOption {
        type = types.listOf (
          types.submodule {
            options = {
              type = mkOption {
                type = types.enum [
                  "gpu"
                  "fpga"
                  "tpu"
                  "dpu"
                ];
                example = "gpu";
                description = "The kind of device.";
              };
              model = mkOption {
                type = types.nullOr types.str;
                default = null;
                example = "A100";
                description = "The model, if it matters.";
              };
              count = mkOption {
                type = types.int;
                default = 1;
                example = 2;
                description = "How many of them.";
              };
              capabilities = mkOption {
                type = types.listOf types.str;
                default = [ ];
                example = [ "cuda" ];
                description = "What the device must be able to do.";
              };
              address = mkOption {
                type = types.nullOr types.str;
                default = null;
                example = "0000:01:00.0";
                description = "The host's PCI address, or the UUID of a mediated device.";
              };
            };
          }
        );
        default = [ ];
        example = [
          {
            type = "gpu";
            address = "0000:01:00.0";
          }
        ];
        description = "Devices of the host that the guest gets for itself.";
      };
    };
    cpu = {
      mode = mkOption {
        type = types.nullOr (
          types.enum [
            "host-passthrough"
            "host-model"
            "maximum"
            "custom"
          ]
        );
        default = null;
        example = "host-model";
        description = "How the guest's processor relates to the host's. Chosen to fit if null.";
      };
      model = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "Skylake-Server";
        description = "The processor model for mode `custom`.";
      };
      sockets = mkOption {
        type = types.nullOr types.int;
        default = null;
        example = 1;
        description = "Sockets of the guest's topology.";
      };
      cores = mkOption {
        type = types.nullOr types.int;
        default = null;
        example = 4;
        description = "Cores a socket.";
      };
      threads = mkOption {
        type = types.nullOr types.int;
        default = null;
        example = 2;
        description = "Threads a core.";
      };
      pin = mkOption {
        type = types.attrsOf types.str;
        default = { };
        example = {
          "0" = "2";
          "1" = "3";
        };
        description = "Host processors for each virtual CPU, as libvirt's `cpuset` writes them.";
      };
    };
  };
}
