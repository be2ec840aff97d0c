{
# Define reusable components
hypervisor.composition.components = {
  nginx-base = {
    type = "service";
    configuration.packages.install = [ "nginx" ];
    configuration.ports = [{ internal = 80; }];
  };
  
  security-hardened = {
    type = "security";
    configuration.files."/etc/security.conf" = {
      content = "...";
    };
  };
};

# Create a blueprint
hypervisor.composition.blueprints.secure-web = {
  components = [
    { component = "nginx-base"; }
    { component = "security-hardened"; }
  ];
};

# Deploy with tags
hypervisor.compute.units.prod-web = {
  tags = [ "production" "tier-0-storage" ];
  labels = { 
    blueprint = "secure-web";
    tier = "frontend";
  };
};

# Storage automatically optimizes
hypervisor.storage.tiers = {
  tier-0 = {
    level = 0;
    characteristics.latency = "< 0.1ms";
    providers = [{ type = "memory"; capacity = "128Gi"; }];
  };
};

# Mesh cluster manages it
hypervisor.mesh = {
  consensus.algorithm = "raft";
  topology.mode = "partial-mesh";
};

# Capabilities control access
hypervisor.security.capabilities = {
  web-operator = {
    resources.compute = {
      control = true;
      console = true;
      limits.maxUnits = 10;
    };
  };
};

# Backup protects it all
hypervisor.backup.sources.production = {
  selection.labels = { tier = "frontend"; };
  strategy.mode = "incremental-forever";
  schedule.continuous = true;
};
}
