# A capability: what may be done to what, under which conditions.
{ lib }:
let
  inherit (lib) mkOption types;
  named = import ../named.nix { inherit lib; };
in
types.submodule [
  {
    options = {
      name = mkOption {
        type = types.str;
        defaultText = lib.literalMD "the attribute name";
        example = "web-operator";
        description = "The capability's name.";
      };
      description = mkOption {
        type = types.str;
        default = "";
        example = "Looks after the web servers";
        description = "What the capability is for.";
      };
      resources = {
        compute = {
          create = mkOption {
            type = types.bool;
            default = false;
            example = true;
            description = "Whether units may be made.";
          };
          modify = mkOption {
            type = types.bool;
            default = false;
            example = true;
            description = "Whether units may be changed.";
          };
          delete = mkOption {
            type = types.bool;
            default = false;
            example = true;
            description = "Whether units may be removed.";
          };
          control = mkOption {
            type = types.bool;
            default = false;
            example = true;
            description = "Whether units may be started and stopped.";
          };
          console = mkOption {
            type = types.bool;
            default = false;
            example = true;
            description = "Whether consoles may be used.";
          };
          limits = mkOption {
            type = types.nullOr (
              types.submodule {
                options = {
                  maxUnits = mkOption {
                    type = types.nullOr types.int;
                    default = null;
                    example = 10;
                    description = "Number of units.";
                  };
                  maxResources = mkOption {
                    type = types.nullOr types.int;
                    default = null;
                    example = 4000;
                    description = "Processing power of all of them, in hundredths of a virtual CPU.";
                  };
                };
              }
            );
            default = null;
            example = {
              maxUnits = 10;
            };
            description = "Limits on what may be made.";
          };
        };
        storage = {
          read = mkOption {
            type = types.bool;
            default = false;
            example = true;
            description = "Whether data may be read.";
          };
          write = mkOption {
            type = types.bool;
            default = false;
            example = true;
            description = "Whether data may be written.";
          };
          allocate = mkOption {
            type = types.bool;
            default = false;
            example = true;
            description = "Whether volumes may be made.";
          };
          snapshot = mkOption {
            type = types.bool;
            default = false;
            example = true;
            description = "Whether snapshots may be taken.";
          };
          tiers = mkOption {
            type = types.listOf types.int;
            default = [ ];
            example = [ 1 ];
            description = "Levels of the tiers that may be used; all if empty.";
          };
          quota = mkOption {
            type = types.nullOr types.str;
            default = null;
            example = "1Ti";
            description = "How much may be used.";
          };
        };
        network = {
          create = mkOption {
            type = types.bool;
            default = false;
            example = true;
            description = "Whether networks may be made.";
          };
          attach = mkOption {
            type = types.bool;
            default = false;
            example = true;
            description = "Whether units may be connected.";
          };
          configure = mkOption {
            type = types.bool;
            default = false;
            example = true;
            description = "Whether networks may be changed.";
          };
          capabilities = mkOption {
            type = types.listOf types.str;
            default = [ ];
            example = [ "internal" ];
            description = "Networks that may be used, by what they offer; all if empty.";
          };
        };
        cluster = {
          join = mkOption {
            type = types.bool;
            default = false;
            example = true;
            description = "Whether hosts may be added.";
          };
          configure = mkOption {
            type = types.bool;
            default = false;
            example = true;
            description = "Whether the mesh may be changed.";
          };
          schedule = mkOption {
            type = types.bool;
            default = false;
            example = true;
            description = "Whether units may be placed by hand.";
          };
        };
      };
      operations = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = [ "compute.control" ];
        description = "Further operations, as `area.verb`.";
      };
      conditions = mkOption {
        type = types.listOf (
          types.submodule {
            options = {
              type = mkOption {
                type = types.enum [
                  "label"
                  "time"
                  "location"
                  "rate"
                  "context"
                ];
                example = "label";
                description = "The kind of condition.";
              };
              config = mkOption {
                type = types.attrsOf types.anything;
                example = {
                  env = "staging";
                };
                description = "What is asked for.";
              };
            };
          }
        );
        default = [ ];
        example = [
          {
            type = "label";
            config.env = "staging";
          }
        ];
        description = "What must hold for the capability to count.";
      };
      delegation = {
        allowed = mkOption {
          type = types.bool;
          default = false;
          example = true;
          description = "Whether a holder may pass it on.";
        };
        maxDepth = mkOption {
          type = types.int;
          default = 0;
          example = 1;
          description = "How often it may be passed on.";
        };
        restrictions = mkOption {
          type = types.listOf types.str;
          default = [ ];
          example = [ "compute.delete" ];
          description = "Operations that are not passed on.";
        };
      };
    };
  }
  named
]
