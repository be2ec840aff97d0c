{
  networking.hostName = "host";
  compute.units.web = { };
  hypervisor.networks.lan = { };
}
