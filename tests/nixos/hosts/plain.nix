# The least a host says.
{
  hypervisor.enable = true;
  hypervisor.compute.units.web = {
    image = "/var/lib/images/debian-12.qcow2";
    resources.memory.size = "1Gi";
  };
}
