{
  hypervisor.mesh.node.roles = [
    "controller"
    "worker"
  ];
  hypervisor.compute.units.web = {
    policies = [ "lab" ];
    network = [ { name = "lan"; } ];
    guest = {
      services.nginx.enable = true;
      networking.firewall.allowedTCPPorts = [ 80 ];
    };
  };
}
