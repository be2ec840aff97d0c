{
  hypervisor.compute.units.web = {
    features.isolation.type = "container";
    image.source = "web:1";
    resources.compute.units = "two";
  };
}
