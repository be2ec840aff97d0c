{
# Create a blueprint
hypervisor.composition.blueprints.secure-web = {
  components = [
    { component = "nginx-base"; }
    { component = "security-hardened"; }
  ];
};
}
