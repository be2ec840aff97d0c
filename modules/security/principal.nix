# A principal: who it is, and what it was granted.
{ lib }:
let
  inherit (lib) mkOption types;
  grant = import ./grant.nix { inherit lib; };
in
types.submodule {
  options = {
    type = mkOption {
      type = types.enum [
        "user"
        "service"
        "group"
        "token"
      ];
      example = "user";
      description = "The kind of principal.";
    };
    identity = {
      id = mkOption {
        type = types.str;
        example = "alice@example.org";
        description = "What the principal is known by.";
      };
      attributes = mkOption {
        type = types.attrsOf types.str;
        default = { };
        example = {
          team = "web";
        };
        description = "What else is known of it.";
      };
      authentication = {
        methods = mkOption {
          type = types.listOf (
            types.enum [
              "password"
              "publickey"
              "certificate"
              "oidc"
              "saml"
              "webauthn"
            ]
          );
          default = [ "password" ];
          example = [ "publickey" ];
          description = "How it proves who it is.";
        };
        mfa = {
          required = mkOption {
            type = types.bool;
            default = false;
            example = true;
            description = "Whether one proof is not enough.";
          };
          methods = mkOption {
            type = types.listOf types.str;
            default = [ "totp" ];
            example = [ "webauthn" ];
            description = "Second proofs.";
          };
        };
      };
    };
    grants = mkOption {
      type = types.listOf grant;
      default = [ ];
      example = [ { capability = "web-operator"; } ];
      description = "Capabilities the principal has.";
    };
    audit = {
      logLevel = mkOption {
        type = types.enum [
          "none"
          "basic"
          "detailed"
          "full"
        ];
        default = "basic";
        example = "full";
        description = "How much of what it does is recorded.";
      };
      alerts = mkOption {
        type = types.listOf (
          types.submodule {
            options = {
              event = mkOption {
                type = types.str;
                example = "compute.delete";
                description = "The event.";
              };
              notify = mkOption {
                type = types.listOf types.str;
                example = [ "ops@example.org" ];
                description = "Who is told.";
              };
            };
          }
        );
        default = [ ];
        example = [
          {
            event = "compute.delete";
            notify = [ "ops@example.org" ];
          }
        ];
        description = "Events that somebody is told of.";
      };
    };
  };
}
