# What every guest declared in place has: it boots from what its unit passes,
# finds its programs in the host's store, and forgets the rest.
{
  name,
  share,
  driver,
}:
{ lib, ... }:
let
  inherit (lib) mkDefault;
in
{
  networking.hostName = mkDefault name;
  networking.useDHCP = mkDefault true;

  # Kernel and initial RAM disk come from outside.
  boot.loader.grub.enable = false;
  boot.initrd.availableKernelModules = [
    "9p"
    "9pnet_virtio"
    "virtio_balloon"
    "virtio_blk"
    "virtio_console"
    "virtio_net"
    "virtio_pci"
    "virtio_rng"
    "virtio_scsi"
    "virtiofs"
  ];
  boot.kernelParams = [ "console=ttyS0" ];

  fileSystems = {
    "/" = mkDefault {
      device = "none";
      fsType = "tmpfs";
      options = [ "mode=0755" ];
    };
    "/nix/store" = {
      device = share;
      fsType = driver;
      neededForBoot = true;
      options =
        if driver == "9p" then
          [
            "ro"
            "trans=virtio"
            "version=9p2000.L"
            "msize=1048576"
            "cache=loose"
          ]
        else
          [ "ro" ];
    };
  };

  # The store is the host's, so nothing can be built or removed here.
  nix.enable = mkDefault false;
}
