# Disks of a VM, volumes and mounts of a container.
{ lib }:
let
  inherit (lib) mkOption types;
  file = import ../../file.nix { inherit lib; };
in
{
  options = {
    storage = mkOption {
      type = types.listOf (
        types.submodule {
          options = {
            name = mkOption {
              type = types.str;
              example = "data";
              description = "Name of the disk, unique within the unit.";
            };
            capability = mkOption {
              type = types.str;
              default = "default";
              example = "fast";
              description = ''
                What the pool must offer; the first declared pool that offers it is used.
              '';
            };
            size = mkOption {
              type = types.nullOr types.str;
              default = null;
              example = "20Gi";
              description = "Capacity. May grow later and never shrinks. Not needed with `volume`.";
            };
            features = mkOption {
              type = types.listOf types.str;
              default = [ ];
              example = [ "encrypted" ];
              description = "Features wanted of the storage.";
            };
            performance = mkOption {
              type = types.nullOr (
                types.submodule {
                  options = {
                    iops = mkOption {
                      type = types.nullOr types.int;
                      default = null;
                      example = 3000;
                      description = "Operations a second.";
                    };
                    throughput = mkOption {
                      type = types.nullOr types.str;
                      default = null;
                      example = "100Mi";
                      description = "Bytes a second.";
                    };
                  };
                }
              );
              default = null;
              example = {
                iops = 3000;
              };
              description = "Limits on the disk's traffic.";
            };
            pool = mkOption {
              type = types.nullOr types.str;
              default = null;
              example = "default";
              description = "The pool to put the volume in, instead of choosing by capability.";
            };
            volume = mkOption {
              type = types.nullOr types.str;
              default = null;
              example = "shared-data";
              description = "A volume of `hypervisor.storage.volumes` to use instead of making one.";
            };
            format = mkOption {
              type = types.enum [
                "qcow2"
                "raw"
              ];
              default = "qcow2";
              example = "raw";
              description = "Format of the volume.";
            };
            bus = mkOption {
              type = types.enum [
                "virtio"
                "scsi"
                "sata"
                "usb"
              ];
              default = "virtio";
              example = "scsi";
              description = "How the guest sees the disk.";
            };
            cache = mkOption {
              type = types.nullOr (
                types.enum [
                  "none"
                  "writeback"
                  "writethrough"
                  "directsync"
                  "unsafe"
                ]
              );
              default = null;
              example = "none";
              description = "The host's caching.";
            };
            discard = mkOption {
              type = types.nullOr (
                types.enum [
                  "ignore"
                  "unmap"
                ]
              );
              default = null;
              example = "unmap";
              description = "Whether blocks the guest trims are given back.";
            };
            path = mkOption {
              type = types.nullOr types.str;
              default = null;
              example = "/var/lib/data";
              description = "Mount point inside a container.";
            };
            readOnly = mkOption {
              type = types.bool;
              default = false;
              example = true;
              description = "Whether the unit may only read it.";
            };
            ephemeral = mkOption {
              type = types.bool;
              default = false;
              example = true;
              description = ''
                Whether the contents may be lost with the unit: such a volume is deleted without
                being asked for.
              '';
            };
          };
        }
      );
      default = [ ];
      example = [
        {
          name = "data";
          size = "20Gi";
          capability = "fast";
        }
      ];
      description = "Disks beside the image. Each is a volume of its own unless it names one.";
    };
    filesystems = mkOption {
      type = types.listOf (
        types.submodule {
          options = {
            name = mkOption {
              type = types.str;
              example = "src";
              description = "Name of the share, unique within the unit.";
            };
            source = mkOption {
              type = file;
              example = "/srv/src";
              description = "Directory on the host.";
            };
            target = mkOption {
              type = types.str;
              example = "src";
              description = "The mount tag that the guest sees.";
            };
            driver = mkOption {
              type = types.enum [
                "9p"
                "virtiofs"
              ];
              default = "9p";
              example = "virtiofs";
              description = "How the directory is shared.";
            };
            readOnly = mkOption {
              type = types.bool;
              default = false;
              example = true;
              description = "Whether the guest may only read.";
            };
          };
        }
      );
      default = [ ];
      example = [
        {
          name = "src";
          source = "/srv/src";
          target = "src";
        }
      ];
      description = "Directories of the host shared with a VM.";
    };
  };
}
