{
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
}
