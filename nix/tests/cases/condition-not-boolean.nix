{ lib, ... }:
{
  hypervisor.compute.units.web.description = lib.mkIf "yes" "conditional";
}
