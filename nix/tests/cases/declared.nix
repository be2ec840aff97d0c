{
  hypervisor.mesh.topology.mode = "full-mesh";
  hypervisor.security.capabilities.operator.resources.compute.control = true;
  hypervisor.storage.tiers.fast.level = 0;
}
