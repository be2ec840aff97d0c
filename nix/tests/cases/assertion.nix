{
  hypervisor.compute.units.web.storage = [ { name = "data"; } ];
  hypervisor.networks.lan.mode = "bridge";
}
