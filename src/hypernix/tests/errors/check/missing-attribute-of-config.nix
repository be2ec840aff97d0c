{ config, ... }:
{
  hypervisor.compute.units.web = {
    features.isolation.type = "container";
    image.source = config.hypervisor.compute.units.wbe.image.source;
  };
}
