# A NixOS system declared in place; see ../../nixos/guests.nix for what becomes
# of it.
{ lib }:
let
  inherit (lib) mkOption types;
in
{
  options = {
    guest = mkOption {
      type = types.nullOr types.deferredModule;
      default = null;
      example = lib.literalExpression ''
        { pkgs, ... }:
        {
          services.nginx.enable = true;
          environment.systemPackages = [ pkgs.curl ];
        }
      '';
      description = ''
        The NixOS configuration of a VM, written in place. The VM boots its kernel and initial RAM
        disk and shares the host's store, read-only; other file systems are in memory unless the
        configuration mounts a disk. Only a NixOS host can build it.
      '';
    };
    guestStore = mkOption {
      type = types.enum [
        "9p"
        "virtiofs"
      ];
      default = "9p";
      example = "virtiofs";
      description = ''
        How the store is shared with a `guest`: by QEMU itself, or by virtiofsd, which is faster and
        needs the VM's memory to be shared.
      '';
    };
  };
}
