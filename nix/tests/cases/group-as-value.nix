{
  hypervisor.compute.units.web = {
    resources = 4;
  };
}
