{
  imports = [ ./parts/one.nix ];
  hypervisor.compute.units.web = {
    features.isolation.type = "container";
    image.source = "web:1";
  };
}
