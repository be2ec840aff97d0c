{ color, ... }:
{
  hypervisor.compute.units.web.description = color;
}
