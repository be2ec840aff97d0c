{
# Mesh cluster manages it
hypervisor.mesh = {
  consensus.algorithm = "raft";
  topology.mode = "partial-mesh";
};
}
