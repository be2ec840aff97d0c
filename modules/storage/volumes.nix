# Volumes that live apart from units.
{ lib, ... }:
let
  inherit (lib) mkOption types;
  image = import ./image.nix { inherit lib; };
  owned = import ../ownership.nix { inherit lib; } { what = "volume"; };
in
{
  options.hypervisor.storage = {
    volumes = mkOption {
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
              description = "Whether the volume is a disk of a pool or a volume of Docker.";
            };
            pool = mkOption {
              type = types.str;
              default = "default";
              example = "fast";
              description = "The pool to keep a disk in.";
            };
            size = mkOption {
              type = types.nullOr types.str;
              default = null;
              example = "100Gi";
              description = "Capacity; the image's own if null. May grow later and never shrinks.";
            };
            format = mkOption {
              type = types.enum [
                "qcow2"
                "raw"
              ];
              default = "qcow2";
              example = "raw";
              description = "Format of the disk.";
            };
            image = mkOption {
              type = types.nullOr (
                types.coercedTo (types.either types.path types.str) (source: { inherit source; }) image
              );
              default = null;
              example = "/var/lib/images/debian-12.qcow2";
              description = "What the disk is filled with at first. A string is its `source`.";
            };
            clone = mkOption {
              type = types.enum [
                "overlay"
                "copy"
              ];
              default = "overlay";
              example = "copy";
              description = ''
                Whether the disk only holds what differs from the image, or is a copy of it.
              '';
            };
            driver = mkOption {
              type = types.str;
              default = "local";
              example = "local";
              description = "Driver of a Docker volume.";
            };
            options = mkOption {
              type = types.attrsOf types.str;
              default = { };
              example = {
                type = "tmpfs";
              };
              description = "Options of a Docker volume's driver.";
            };
            labels = mkOption {
              type = types.attrsOf types.str;
              default = { };
              example = {
                tier = "database";
              };
              description = "Labels of a Docker volume.";
            };
            inherit (owned) adopt protect deletionPolicy;
          };
        }
      );
      default = { };
      example = {
        shared-data = {
          pool = "fast";
          size = "100Gi";
        };
      };
      description = "Volumes that units refer to by name.";
    };
  };
}
