# Everything under `hypervisor.security.capabilities`: the capabilities by their
# names, and beside them what holds for all.
{ lib }:
let
  inherit (lib) mkOption types;
  capability = import ./capability.nix { inherit lib; };
  principal = import ./principal.nix { inherit lib; };
in
types.submodule {
  freeformType = types.attrsOf capability;
  options = {
    enable = mkOption {
      type = types.bool;
      default = true;
      example = false;
      description = "Whether access is checked.";
    };
    defaults = {
      requireMFA = mkOption {
        type = types.bool;
        default = false;
        example = true;
        description = "Whether one proof of identity is not enough.";
      };
      sessionTimeout = mkOption {
        type = types.str;
        default = "8h";
        example = "1h";
        description = "How long somebody stays logged in.";
      };
      auditLevel = mkOption {
        type = types.enum [
          "none"
          "basic"
          "detailed"
          "full"
        ];
        default = "basic";
        example = "full";
        description = "How much is recorded of those for whom nothing else is said.";
      };
    };
    principals = mkOption {
      type = types.attrsOf principal;
      default = { };
      example = {
        alice = {
          type = "user";
          identity.id = "alice@example.org";
          grants = [ { capability = "web-operator"; } ];
        };
      };
      description = "Who has which capabilities, by name.";
    };
    zeroTrust = {
      continuous = {
        verification = mkOption {
          type = types.bool;
          default = true;
          example = false;
          description = "Whether access is verified again and again.";
        };
        interval = mkOption {
          type = types.str;
          default = "5m";
          example = "1m";
          description = "How often.";
        };
        factors = mkOption {
          type = types.listOf (
            types.enum [
              "device-trust"
              "location"
              "behavior"
              "risk-score"
            ]
          );
          default = [ "device-trust" ];
          example = [ "location" ];
          description = "What is looked at.";
        };
      };
      contextual = {
        ipRestrictions = mkOption {
          type = types.listOf types.str;
          default = [ ];
          example = [ "10.0.0.0/8" ];
          description = "Networks that access is limited to.";
        };
        devicePolicy = mkOption {
          type = types.nullOr (
            types.submodule {
              options = {
                managed = mkOption {
                  type = types.bool;
                  default = false;
                  example = true;
                  description = "Whether they must be managed.";
                };
                compliance = mkOption {
                  type = types.listOf types.str;
                  default = [ ];
                  example = [ "disk-encryption" ];
                  description = "What they must comply with.";
                };
              };
            }
          );
          default = null;
          example = {
            managed = true;
          };
          description = "What devices must be like.";
        };
      };
    };
  };
}
