{
  hypervisor.compute.units.db = {
    boot = {
      kernel = "/var/lib/hypervisor/test/tiny/vmlinuz";
      initrd = "/var/lib/hypervisor/test/tiny/initrd";
    };
    storage = [
      {
        name = "data";
        size = "64Mi";
      }
    ];
  };
}
