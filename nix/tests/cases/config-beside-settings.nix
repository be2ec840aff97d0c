{
  config.hypervisor.enable = true;
  hypervisor.compute.units.web = { };
}
