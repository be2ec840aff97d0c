# What a unit is made from, and how a VM boots.
{ lib }:
let
  inherit (lib) mkOption types;
  file = import ../../file.nix { inherit lib; };
  image = import ./image.nix { inherit lib; };
in
{
  options = {
    image = mkOption {
      type = types.nullOr (
        types.coercedTo (types.either types.path types.str) (source: { inherit source; }) image
      );
      default = null;
      example = "/var/lib/images/debian-12.qcow2";
      description = "What to boot or run. A string is its `source`.";
    };
    boot = {
      kernel = mkOption {
        type = types.nullOr file;
        default = null;
        example = "/boot/vmlinuz";
        description = "Kernel to boot directly, without a boot loader.";
      };
      initrd = mkOption {
        type = types.nullOr file;
        default = null;
        example = "/boot/initrd.img";
        description = "Initial RAM disk of the kernel.";
      };
      cmdline = mkOption {
        type = types.str;
        default = "";
        example = "console=ttyS0";
        description = "Command line of the kernel.";
      };
      firmware = mkOption {
        type = types.enum [
          "bios"
          "uefi"
        ];
        default = "bios";
        example = "uefi";
        description = "The machine's firmware.";
      };
      secureBoot = mkOption {
        type = types.bool;
        default = false;
        example = true;
        description = "Whether only signed boot loaders start. Needs UEFI.";
      };
      machine = mkOption {
        type = types.nullOr types.str;
        default = null;
        example = "q35";
        description = "The machine type, as QEMU names it. Chosen to fit the architecture if null.";
      };
      order = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = [
          "root"
          "lan"
        ];
        description = "Names of disks and interfaces to boot from, first first.";
      };
    };
  };
}
