# What runs on the host.
{
  hypervisor.enable = true;

  hypervisor.compute.units = {
    # A NixOS guest, written in place: it boots from the host's store.
    web = {
      resources.memory.size = "1Gi";
      network = [
        {
          name = "lan";
          capability = "default";
        }
      ];
      guest = {
        services.nginx.enable = true;
        networking.firewall.allowedTCPPorts = [ 80 ];
      };
    };

    cache = {
      features.isolation.type = "container";
      resources.memory.size = "256Mi";
      image.source = "docker.io/library/redis:7";
      container.ports = [ "127.0.0.1:6379:6379" ];
    };
  };

  # What `web` finds by asking for `default`.
  hypervisor.networks.lan = {
    mode = "nat";
    capabilities = [ "default" ];
    ipv4 = {
      address = "192.168.150.1";
      dhcp = {
        start = "192.168.150.100";
        end = "192.168.150.200";
      };
    };
  };
}
