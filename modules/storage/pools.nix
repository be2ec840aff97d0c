# Where volumes are kept.
{ lib, ... }:
let
  inherit (lib) mkOption types;
  file = import ../file.nix { inherit lib; };
  owned = import ../ownership.nix { inherit lib; } { what = "pool"; };
in
{
  options.hypervisor.storage = {
    pools = mkOption {
      type = types.attrsOf (
        types.submodule {
          options = {
            type = mkOption {
              type = types.enum [
                "dir"
                "logical"
                "netfs"
                "zfs"
              ];
              default = "dir";
              example = "logical";
              description = ''
                What the pool is: a directory, an LVM volume group, a network file system, a ZFS
                pool.
              '';
            };
            path = mkOption {
              type = types.nullOr file;
              default = null;
              example = "/srv/nvme";
              description = ''
                Directory of the pool; `pools/<name>` below the state directory if null. The pool
                `default` needs no declaration: undeclared it is one of our own, which libvirt
                knows as `hypernix`.
              '';
            };
            source = mkOption {
              type = types.nullOr (
                types.submodule {
                  options = {
                    name = mkOption {
                      type = types.nullOr types.str;
                      default = null;
                      example = "vg0";
                      description = "The volume group, or the ZFS pool or dataset.";
                    };
                    host = mkOption {
                      type = types.nullOr types.str;
                      default = null;
                      example = "nas.example.org";
                      description = "The file server.";
                    };
                    dir = mkOption {
                      type = types.nullOr types.str;
                      default = null;
                      example = "/export/vms";
                      description = "The directory that the file server exports.";
                    };
                  };
                }
              );
              default = null;
              example = {
                host = "nas.example.org";
                dir = "/export/vms";
              };
              description = "What a pool that is not a directory is made of.";
            };
            capabilities = mkOption {
              type = types.listOf types.str;
              default = [ ];
              example = [ "fast" ];
              description = "What the pool offers; disks find it by these words.";
            };
            autostart = mkOption {
              type = types.bool;
              default = true;
              example = false;
              description = "Whether the pool starts with the host.";
            };
            inherit (owned) adopt protect;
          };
        }
      );
      default = { };
      example = {
        fast = {
          path = "/srv/nvme";
          capabilities = [ "fast" ];
        };
      };
      description = "Storage pools, by name.";
    };
  };
}
