{
  hypervizor.compute.units.web.description = "on a host";
}
