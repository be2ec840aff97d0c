{
  hypervisor.compute.units.web = {
    features.isolation.type = "containr";
    image.source = "web:1";
  };
}
