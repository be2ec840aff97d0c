{ pkgs, ... }:
{
  hypervisor.compute.units.web.boot.kernel = "${pkgs.linux}/bzImage";
}
