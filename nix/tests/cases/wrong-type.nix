{
  hypervisor.compute.units.web = {
    resources.memory = {
      size = 512;
    };
  };
}
