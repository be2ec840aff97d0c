{
  hypervisor.compute.tags = {
    mine = {
      values = { };
    };
  };
}
