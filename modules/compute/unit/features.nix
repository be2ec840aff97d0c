# Isolation, persistence, and what the guest has beside processors and disks.
{ lib }:
let
  inherit (lib) mkOption types;
in
{
  options = {
    features = {
      isolation = {
        type = mkOption {
          type = types.enum [
            "vm"
            "container"
            "firecracker"
            "kata"
            "wasm"
          ];
          default = "vm";
          example = "container";
          description = ''
            What runs the unit: a libvirt domain, a container, a micro VM, a container in a VM, or
            a WebAssembly runtime.
          '';
        };
        securityLevel = mkOption {
          type = types.enum [
            "standard"
            "hardened"
            "confidential"
          ];
          default = "standard";
          example = "hardened";
          description = "How strictly the unit is confined.";
        };
        selinux = mkOption {
          type = types.bool;
          default = true;
          example = false;
          description = ''
            Whether the host's mandatory access control confines the unit, where the host has one.
          '';
        };
      };
      persistence = {
        stateful = mkOption {
          type = types.bool;
          default = true;
          example = false;
          description = "Whether the unit keeps data.";
        };
        checkpoints = mkOption {
          type = types.bool;
          default = false;
          example = true;
          description = "Whether checkpoints are taken.";
        };
        migration = mkOption {
          type = types.enum [
            "none"
            "cold"
            "live"
          ];
          default = "cold";
          example = "live";
          description = "How the unit may move to another host.";
        };
      };
    };
    console.log = mkOption {
      type = types.bool;
      default = true;
      example = false;
      description = "Whether the serial console is written to a log file.";
    };
    graphics = {
      type = mkOption {
        type = types.enum [
          "none"
          "vnc"
          "spice"
        ];
        default = "none";
        example = "vnc";
        description = "A graphical console.";
      };
      listen = mkOption {
        type = types.str;
        default = "127.0.0.1";
        example = "0.0.0.0";
        description = "Address the graphical console listens on.";
      };
    };
    guestAgent = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether the guest runs the QEMU guest agent.";
    };
    hotplugSlots = mkOption {
      type = types.int;
      default = 8;
      example = 16;
      description = "Free slots for devices that are plugged in later.";
    };
    tpm = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether the guest has an emulated TPM 2.0.";
    };
  };
}
