{
  hypervisor.compute.units.web = {
    state = "runing";
  };
}
