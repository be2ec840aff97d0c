# Definitions in several modules: lists are joined; mkBefore, mkAfter, mkForce
# and mkDefault decide.
{ lib, ... }:
{
  imports = [
    {
      hypervisor.compute.units.web = {
        tags = [ "imported" ];
        labels.from = "import";
        description = "lost";
        lifecycle.preStart = lib.mkAfter "third";
      };
    }
    ./parts/web.nix
  ];
  hypervisor.compute.units.web = {
    tags = lib.mkMerge [
      (lib.mkBefore [ "first" ])
      [ "own" ]
    ];
    labels.own = "yes";
    description = lib.mkForce "forced";
    lifecycle.preStart = lib.mkBefore "first";
  };
}
