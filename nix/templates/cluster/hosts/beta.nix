{
  hypervisor.compute.units.database = {
    policies = [ "lab" ];
    resources.memory.size = "4Gi";
    network = [ { name = "lan"; } ];
    storage = [
      {
        name = "data";
        size = "20Gi";
      }
    ];
    guest = {
      services.postgresql.enable = true;
      networking.firewall.allowedTCPPorts = [ 5432 ];
      fileSystems."/var/lib/postgresql" = {
        device = "/dev/vda";
        fsType = "ext4";
        autoFormat = true;
      };
    };
  };
}
