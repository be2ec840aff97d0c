{
  hypervisor.compute.units.web.storage = [
    {
      name = "data";
      sizee = "1Gi";
    }
  ];
}
