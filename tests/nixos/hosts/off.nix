# Importing the module does nothing by itself.
{
  hypervisor.compute.units.web.image = "/var/lib/images/debian-12.qcow2";
}
