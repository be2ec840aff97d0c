# What all hosts of the cluster have: tags and policies, so that a unit reads the
# same wherever it is, and the mesh, which will make one of them.
{
  nixpkgs.hostPlatform = "x86_64-linux";
  system.stateVersion = "26.05";

  hypervisor = {
    enable = true;

    # Declared, checked, and not yet effective: each host applies its own units.
    mesh = {
      enable = true;
      clusterName = "lab";
      topology.discovery = {
        method = "static";
        staticPeers = [
          "alpha.lab.example:7946"
          "beta.lab.example:7946"
          "gamma.lab.example:7946"
        ];
      };
    };

    compute = {
      tags.service = {
        category = "lifecycle";
        description = "What others rely on";
        values = {
          autostart = true;
          protect = true;
          update.onChange = "live-or-stage";
        };
      };
      policies.lab = {
        tags = [ "service" ];
        defaults.resources.memory.size = "1Gi";
        constraints.resources.memory.size.max = "8Gi";
      };
    };

    networks.lan = {
      mode = "bridge";
      bridge = "br0";
      capabilities = [ "default" ];
    };
  };
}
