{
  hypervisor = {
    units.web = { };
  };
}
