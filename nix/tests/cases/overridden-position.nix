# What overrides the others is where a value was written, wherever it stands.
{ lib, ... }:
{
  imports = [
    {
      hypervisor.compute.units.web = {
        resources.memory.size = lib.mkForce "256Mi";
        description = lib.mkIf false "never";
        labels = lib.mkDefault { team = "default"; };
      };
    }
  ];
  hypervisor.compute.units.web = {
    resources.memory.size = "4Gi";
    description = "for the lab";
    labels.team = "lab";
  };
  hypervisor.compute.units.db = lib.mkMerge [
    { uuid = lib.mkDefault "one"; }
    { uuid = lib.mkIf true (lib.mkForce "two"); }
    { uuid = "three"; }
  ];
}
