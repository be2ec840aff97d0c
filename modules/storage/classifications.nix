# Kinds of data, and where they belong.
{ lib, ... }:
let
  inherit (lib) mkOption types;
  named = import ../named.nix { inherit lib; };
in
{
  options.hypervisor.storage = {
    classifications = mkOption {
      type = types.attrsOf (
        types.submodule [
          {
            options = {
              name = mkOption {
                type = types.str;
                defaultText = lib.literalMD "the attribute name";
                example = "databases";
                description = "The classification's name.";
              };
              patterns = mkOption {
                type = types.listOf types.str;
                default = [ ];
                example = [ "*.db" ];
                description = "Names of the data meant.";
              };
              characteristics = {
                accessPattern = mkOption {
                  type = types.enum [
                    "sequential"
                    "random"
                    "write-once"
                    "append-only"
                  ];
                  default = "random";
                  example = "append-only";
                  description = "How the data is read and written.";
                };
                temperature = mkOption {
                  type = types.enum [
                    "hot"
                    "warm"
                    "cool"
                    "cold"
                    "frozen"
                  ];
                  default = "warm";
                  example = "hot";
                  description = "How often it is used.";
                };
                compressibility = mkOption {
                  type = types.enum [
                    "high"
                    "medium"
                    "low"
                    "none"
                  ];
                  default = "medium";
                  example = "high";
                  description = "How well it compresses.";
                };
                criticality = mkOption {
                  type = types.enum [
                    "critical"
                    "important"
                    "standard"
                    "archival"
                  ];
                  default = "standard";
                  example = "critical";
                  description = "How much its loss would hurt.";
                };
              };
              placement = {
                preferredTier = mkOption {
                  type = types.int;
                  default = 1;
                  example = 0;
                  description = "Level of the tier it belongs to.";
                };
                allowedTiers = mkOption {
                  type = types.listOf types.int;
                  default = [ ];
                  example = [
                    0
                    1
                  ];
                  description = "Levels it may be on; all if empty.";
                };
                replication = {
                  factor = mkOption {
                    type = types.int;
                    default = 2;
                    example = 3;
                    description = "Number of copies.";
                  };
                  crossTier = mkOption {
                    type = types.bool;
                    default = false;
                    example = true;
                    description = "Whether copies are on different tiers.";
                  };
                  geoDistributed = mkOption {
                    type = types.bool;
                    default = false;
                    example = true;
                    description = "Whether copies are at different places.";
                  };
                };
              };
            };
          }
          named
        ]
      );
      default = { };
      example = {
        databases = {
          patterns = [ "*.db" ];
          placement.preferredTier = 0;
        };
      };
      description = "Kinds of data, by name.";
    };
  };
}
