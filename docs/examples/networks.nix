# Networks, pools and volumes, and units that find them by what they offer.
{
  hypervisor.networks = {
    # For virtual machines: a bridge of libvirt's, with DHCP and DNS.
    internal = {
      mode = "nat";
      domain = "internal.example.org";
      capabilities = [ "default" ];
      ipv4 = {
        address = "192.168.150.1";
        dhcp = {
          start = "192.168.150.100";
          end = "192.168.150.200";
          hosts.database = {
            mac = "52:54:00:96:00:0a";
            address = "192.168.150.10";
          };
        };
      };
      dnsHosts."192.168.150.1" = [ "gateway" ];
    };

    # Guests see each other and nothing else.
    sealed = {
      mode = "isolated";
      ipv4.address = "10.99.0.1";
    };

    # For containers.
    front = {
      backend = "docker";
      subnet = "172.30.0.0/24";
      gateway = "172.30.0.1";
    };
  };

  hypervisor.storage = {
    pools.fast = {
      path = "/srv/nvme/volumes";
      capabilities = [ "fast" ];
    };
    volumes = {
      # Outlives the unit that uses it.
      database = {
        pool = "fast";
        size = "20Gi";
        protect = true;
      };
      pages.backend = "docker";
    };
  };

  hypervisor.compute.units = {
    database = {
      image = "/var/lib/images/debian-12.qcow2";
      storage = [
        {
          name = "data";
          volume = "database";
        }
        # A volume of its own, in whichever pool is `fast`.
        {
          name = "scratch";
          size = "5Gi";
          capability = "fast";
          ephemeral = true;
        }
      ];
      network = [
        # No network is called `default`, but `internal` offers it.
        {
          name = "lan";
          mac = "52:54:00:96:00:0a";
        }
        {
          name = "sealed";
          capability = "sealed";
        }
      ];
    };

    web = {
      features.isolation.type = "container";
      dependsOn = [ "database" ];
      image = "docker.io/library/nginx:1.27";
      network = [
        {
          name = "front";
          network = "front";
          address = "172.30.0.10";
          aliases = [ "www" ];
        }
      ];
      container = {
        ports = [ "8081:80" ];
        volumes = [ "pages:/usr/share/nginx/html:ro" ];
      };
    };
  };
}
