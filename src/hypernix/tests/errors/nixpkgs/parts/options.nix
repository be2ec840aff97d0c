{ lib, ... }:
{
  options.units = lib.mkOption {
    default = { };
    type = lib.types.attrsOf (
      lib.types.submodule {
        options = {
          memory = lib.mkOption { type = lib.types.int; };
          source = lib.mkOption { type = lib.types.str; };
        };
      }
    );
  };
}
