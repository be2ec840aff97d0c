# The programs that `hypernix` runs: virsh, qemu-img and qemu-system-*, ip.
{ config, pkgs }:
let
  inherit (config.virtualisation) libvirtd;
in
[
  libvirtd.package
  libvirtd.qemu.package
  pkgs.iproute2
]
