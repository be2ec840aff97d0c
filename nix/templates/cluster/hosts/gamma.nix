{
  hypervisor.mesh.node.roles = [
    "storage"
    "worker"
  ];
  hypervisor.compute.units.monitoring = {
    features.isolation.type = "container";
    policies = [ "lab" ];
    image.source = "docker.io/prom/prometheus:v3";
    container.ports = [ "9090:9090" ];
  };
}
