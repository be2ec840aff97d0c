# Guests put together from parts. A component says what it does to a guest; a
# blueprint says which components make one kind of guest; a unit takes a
# blueprint by its label, and an instance is a unit made from one.
{
  hypervisor.composition = {
    components = {
      postgresql = {
        type = "service";
        properties.compatibility.provides = [ "database" ];
        interface = {
          inputs.database = {
            type = "string";
            default = "app";
          };
          outputs.url = {
            type = "string";
            value = "postgresql://localhost/{{ inputs.database }}";
          };
        };
        configuration = {
          packages.install = [ "postgresql" ];
          hooks.configure = "su postgres -c 'createdb {{ inputs.database }}' || true";
          # Whatever the unit has, it will be at least this much.
          resources.memory.minimum = "1Gi";
        };
      };

      shop = {
        type = "service";
        # Something else in the blueprint must provide it, and comes first.
        properties.compatibility.requires = [ "database" ];
        interface.inputs.databaseUrl = {
          type = "string";
          required = true;
        };
        configuration = {
          packages.install = [ "python3" ];
          files."/etc/shop.conf" = {
            content = "database = {{ inputs.databaseUrl }}\n";
            mode = "0640";
          };
          ports = [ { internal = 8000; } ];
        };
      };

      hardened = {
        type = "security";
        configuration.files."/etc/sysctl.d/60-hardened.conf".content = ''
          kernel.kptr_restrict = 2
          kernel.dmesg_restrict = 1
        '';
      };
    };

    blueprints.web-shop = {
      description = "A shop with its database";
      parameters = {
        database.default = "shop";
        hardened = {
          type = "bool";
          default = true;
        };
      };
      components = [
        { component = "shop"; }
        {
          component = "postgresql";
          inputs.database = "{{ parameters.database }}";
        }
        {
          component = "hardened";
          condition = "parameters.hardened";
        }
      ];
      connections = [
        {
          from = "postgresql.url";
          to = "shop.databaseUrl";
        }
      ];
    };

    # A unit of its own, called `shop-staging`.
    instances.shop-staging = {
      blueprint = "web-shop";
      parameters = {
        database = "staging";
        hardened = false;
      };
    };
  };

  hypervisor.compute = {
    # For every unit that says nothing else.
    defaults.unit.image.source = "/var/lib/images/debian-12.qcow2";

    units.shop = {
      labels.blueprint = "web-shop";
      tags = [ "production" ];
      resources.compute.units = 200;
    };
  };
}
