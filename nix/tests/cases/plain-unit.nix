{
  hypervisor.compute.units.web = {
    tags = [ "production" ];
    resources.memory.size = "2Gi";
  };
}
