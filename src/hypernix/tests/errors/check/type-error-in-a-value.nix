{
  hypervisor.compute.units.web = {
    features.isolation.type = "container";
    image.source = "web:" + 1;
  };
}
