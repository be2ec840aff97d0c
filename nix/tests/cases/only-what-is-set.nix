# A unit has what somebody sets, at whatever priority; options' own defaults and
# what a condition leaves out are not there.
{ lib, ... }:
{
  hypervisor.compute.units = {
    conditions = {
      description = lib.mkIf true "kept";
      uuid = lib.mkIf false "left out";
      console = lib.mkIf false { log = false; };
      tpm = lib.mkDefault true;
      labels = lib.mkOptionDefault { a = "b"; };
      boot = lib.mkMerge [
        { firmware = "uefi"; }
        (lib.mkIf true { secureBoot = lib.mkForce true; })
      ];
    };
    nothing = { };
    absent = lib.mkIf false { tpm = true; };
  };
}
