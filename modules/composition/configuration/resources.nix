# What a component needs beside what the unit has: the greater of `minimum` and
# the unit's own times `multiply` plus `add`.
{ lib }:
let
  inherit (lib) mkOption types;
in
types.submodule {
  options = {
    cpu = mkOption {
      type = types.nullOr (
        types.submodule {
          options = {
            add = mkOption {
              type = types.int;
              default = 0;
              example = 100;
              description = "How much to add.";
            };
            multiply = mkOption {
              type = types.float;
              default = 1.0;
              example = 1.5;
              description = "Factor on what the unit has.";
            };
            minimum = mkOption {
              type = types.int;
              default = 0;
              example = 200;
              description = "The least there must be.";
            };
          };
        }
      );
      default = null;
      example = {
        add = 100;
      };
      description = "Processing power, in hundredths of a virtual CPU.";
    };
    memory = mkOption {
      type = types.nullOr (
        types.submodule {
          options = {
            add = mkOption {
              type = types.str;
              default = "0";
              example = "512Mi";
              description = "How much to add.";
            };
            multiply = mkOption {
              type = types.float;
              default = 1.0;
              example = 1.5;
              description = "Factor on what the unit has.";
            };
            minimum = mkOption {
              type = types.str;
              default = "0";
              example = "1Gi";
              description = "The least there must be.";
            };
          };
        }
      );
      default = null;
      example = {
        minimum = "1Gi";
      };
      description = "Memory.";
    };
  };
}
