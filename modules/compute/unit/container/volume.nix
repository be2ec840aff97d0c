# A mount: `source:target[:ro]`, or a set.
{ lib }:
let
  inherit (lib) mkOption types;
  file = import ../../../file.nix { inherit lib; };

  pattern = "([^:]+):(/[^:]*)(:(ro|rw))?";
  parse =
    text:
    let
      part = builtins.elemAt (builtins.match pattern text);
    in
    {
      source = part 0;
      target = part 1;
      readOnly = part 3 == "ro";
    };

  short = types.strMatching pattern // {
    description = "string such as \"web-data:/srv:ro\"";
  };
in
types.coercedTo short parse (
  types.submodule {
    options = {
      source = mkOption {
        type = file;
        example = "web-data";
        description = "A volume of Docker by name, or a directory of the host.";
      };
      target = mkOption {
        type = types.str;
        example = "/srv";
        description = "Where it appears in the container.";
      };
      readOnly = mkOption {
        type = types.bool;
        default = false;
        example = true;
        description = "Whether the container may only read it.";
      };
    };
  }
)
