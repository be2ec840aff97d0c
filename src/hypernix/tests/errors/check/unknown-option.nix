{
  hypervisor.compute.units.web.resources.memroy.size = "1Gi";
}
