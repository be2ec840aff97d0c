{
  imports = [
    {
      hypervisor.compute.units.web = {
        uuid = "one";
      };
    }
  ];
  hypervisor.compute.units.web = {
    uuid = "two";
  };
}
