# A default that throws is never looked at once something replaces it.
{ lib, ... }:
{
  imports = [
    {
      hypervisor.compute.units.web = {
        description = lib.mkDefault (throw "say what it is for");
        labels = lib.mkDefault (throw "label it");
      };
    }
  ];
  hypervisor.compute.units.web = {
    description = "for the lab";
    labels.team = "lab";
  };
}
