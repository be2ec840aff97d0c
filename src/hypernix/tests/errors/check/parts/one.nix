{
  hypervisor.compute.units.web.image.source = "web:2";
}
