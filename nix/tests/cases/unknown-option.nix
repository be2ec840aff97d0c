{
  hypervisor.compute.units.web = {
    memroy = "1Gi";
  };
}
