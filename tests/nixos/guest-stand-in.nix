# Stands in for a NixOS guest: its configuration is taken as it comes, and what
# would be built of it has names only. A module for `hypervisor.guestSystem`.
{ config, lib, ... }:
{
  freeformType = lib.types.lazyAttrsOf lib.types.anything;
  config.system = {
    build = {
      kernel = "/nix/store/00000000000000000000000000000000-linux";
      initialRamdisk = "/nix/store/00000000000000000000000000000000-initrd";
      toplevel = "/nix/store/00000000000000000000000000000000-${config.networking.hostName}";
    };
    boot.loader = {
      kernelFile = "bzImage";
      initrdFile = "initrd";
    };
  };
}
