{
  hypervisor.compute.units.web = {
    tags = "production";
  };
}
