# What every object that a backend holds is asked: whether it is taken over,
# and whether and how it goes. `what` is the object in a word, `object` the
# backends' word for it, `deletion` what becomes of it by default.
{ lib }:
{
  what,
  object ? what,
  deletion ? "retain",
}:
let
  inherit (lib) mkOption types;
in
{
  adopt = mkOption {
    type = types.bool;
    default = false;
    example = true;
    description = ''
      Whether to take over an existing ${object} of this name that was made by hand.
    '';
  };
  protect = mkOption {
    type = types.bool;
    default = false;
    example = true;
    description = "Whether to refuse every step that would remove the ${what}.";
  };
  deletionPolicy = mkOption {
    type = types.enum [
      "delete"
      "retain"
    ];
    default = deletion;
    example = if deletion == "retain" then "delete" else "retain";
    description = "What happens to the ${what} when it is removed from the configuration.";
  };
}
