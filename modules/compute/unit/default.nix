# The type of `hypervisor.compute.units.<name>`.
#
# The parts are attribute sets rather than functions of the unit, so that they
# are evaluated once and not once for each unit.
{ lib }:
let
  part = file: lib.modules.importApply file { inherit lib; };
in
lib.types.submodule [
  (part ./identity.nix)
  (part ./resources.nix)
  (part ./workload.nix)
  (part ./storage.nix)
  (part ./network.nix)
  (part ./lifecycle.nix)
  (part ./features.nix)
  (part ./boot.nix)
  (part ./guest.nix)
  (part ./cloud-init.nix)
  (part ./container/process.nix)
  (part ./container/surroundings.nix)
  (part ./explicit.nix)
]
