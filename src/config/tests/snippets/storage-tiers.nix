{
# Storage automatically optimizes
hypervisor.storage.tiers = {
  tier-0 = {
    level = 0;
    characteristics.latency = "< 0.1ms";
    providers = [{ type = "memory"; capacity = "128Gi"; }];
  };
};
}
