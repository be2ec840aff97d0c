# A unit may be a module itself: a function of its own configuration, or a file.
{
  hypervisor.compute.units = {
    function =
      { config, name, ... }:
      {
        description = "${name} with ${config.resources.memory.size}";
        resources.memory.size = "3Gi";
      };
    file = ./parts/unit.nix;
  };
}
