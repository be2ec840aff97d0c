# The name of a unit, and what the unit itself sets. Composition asks for the
# latter: a unit's own values win over those of tags and policies, and these
# over the defaults of the options.
{ lib }:
let
  setIn = import ../../explicit.nix { inherit lib; };
in
{
  options.explicit = lib.mkOption {
    type = lib.types.raw;
    internal = true;
    description = "The options of this unit that are set, nested as they are declared.";
  };
  imports = [
    (
      { name, options, ... }:
      {
        config = {
          name = lib.mkOptionDefault name;
          explicit = setIn (
            removeAttrs options [
              "_module"
              "explicit"
              "guest"
              "guestStore"
            ]
          );
        };
      }
    )
  ];
}
