# An evaluated configuration as the one document that `hypernix` reads, from
# NixOS and from a file alike. Every key of it is made here, and read by
# src/config/manifest.rs:
#
#   compute.units          what each unit sets, and nothing more
#   compute.unitDefaults   a whole unit of option defaults
#   activation             how far a switch may go with the units
#   declared               what is set of the groups that nothing acts upon yet
#   everything else        as the options have it, defaults included
{
  lib,
  config,
  options,
  warnings ? [ ],
}:
let
  cfg = config.hypervisor;
  opts = options.hypervisor;

  # A unit that sets nothing: what its options are by default.
  unitType = opts.compute.units.type.nestedTypes.elemType;
  unitDefaults =
    removeAttrs
      (unitType.merge
        [
          "hypervisor"
          "compute"
          "units"
          "default"
        ]
        [
          {
            file = "modules/compute/unit";
            value = { };
          }
        ]
      )
      [
        "explicit"
        "guest"
        "guestStore"
        "name"
      ];
in
{
  schemaVersion = 1;
  hypervisor = {
    inherit (cfg) declared enable networks;
    activation = {
      inherit (cfg.activation) allowDestroy confirmWithin rollbackOnFailure;
    };
    compute = {
      inherit (cfg.compute) tags policies defaults;
      units = import ./units.nix { inherit lib; } opts.compute.units cfg.compute.units;
      inherit unitDefaults;
    };
    composition = {
      inherit (cfg.composition)
        components
        blueprints
        instances
        settings
        ;
    };
    storage = { inherit (cfg.storage) pools volumes; };
  };
  # Without what is made of the rest, and the package, which only NixOS has.
  positions = import ./positions.nix { inherit lib; } (
    removeAttrs opts [
      "declared"
      "guestSystem"
      "manifest"
      "package"
      "remarks"
    ]
  );
  inherit warnings;
}
