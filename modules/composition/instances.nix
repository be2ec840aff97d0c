# Units made from blueprints, and how composition works.
{ lib, ... }:
let
  inherit (lib) mkOption types;
  named = import ../named.nix { inherit lib; };
in
{
  options.hypervisor.composition = {
    instances = mkOption {
      type = types.attrsOf (
        types.submodule [
          {
            options = {
              name = mkOption {
                type = types.str;
                defaultText = lib.literalMD "the attribute name";
                example = "shop";
                description = "The instance's name.";
              };
              blueprint = mkOption {
                type = types.str;
                example = "secure-web";
                description = "Name of the blueprint.";
              };
              parameters = mkOption {
                type = types.attrsOf types.anything;
                default = { };
                example = {
                  tls = true;
                };
                description = "Values of the blueprint's parameters.";
              };
              overrides = {
                resources = mkOption {
                  type = types.attrsOf types.anything;
                  default = { };
                  example = {
                    memory.size = "4Gi";
                  };
                  description = "Settings under the unit's `resources`.";
                };
                components = mkOption {
                  type = types.attrsOf (
                    types.submodule {
                      options = {
                        inputs = mkOption {
                          type = types.attrsOf types.anything;
                          default = { };
                          example = {
                            port = 8080;
                          };
                          description = "Values for inputs, in place of the blueprint's.";
                        };
                        configuration = mkOption {
                          type = types.attrsOf types.anything;
                          default = { };
                          example = {
                            environment.LANG = "C.UTF-8";
                          };
                          description = "Merged into the component's configuration.";
                        };
                      };
                    }
                  );
                  default = { };
                  example = {
                    nginx.inputs.port = 8080;
                  };
                  description = "Changes to components, by alias or name.";
                };
              };
              placement = {
                node = mkOption {
                  type = types.nullOr types.str;
                  default = null;
                  example = "node-2";
                  description = "The host to run on.";
                };
                tags = mkOption {
                  type = types.listOf types.str;
                  default = [ ];
                  example = [ "ssd" ];
                  description = "Tags of the host to run on.";
                };
              };
            };
          }
          named
        ]
      );
      default = { };
      example = {
        shop = {
          blueprint = "secure-web";
          parameters.tls = true;
        };
      };
      description = ''
        Units made from blueprints, by name. Each is a unit of that name; what it boots, and
        whatever else a blueprint does not say, comes from `compute.defaults`.
      '';
    };
    settings = {
      componentPath = mkOption {
        type = types.listOf types.path;
        default = [ "/var/lib/hypervisor/components" ];
        example = [ "/etc/hypervisor/components" ];
        description = "Directories with further components.";
      };
      validation = {
        strict = mkOption {
          type = types.bool;
          default = true;
          example = false;
          description = "Whether a doubtful composition is an error rather than a warning.";
        };
        timeout = mkOption {
          type = types.int;
          default = 30;
          example = 60;
          description = "Seconds that a validation in the guest may take.";
        };
      };
      caching = {
        enable = mkOption {
          type = types.bool;
          default = true;
          example = false;
          description = "Whether composed guests are kept for the next time.";
        };
        ttl = mkOption {
          type = types.int;
          default = 3600;
          example = 86400;
          description = "How many seconds they are kept.";
        };
      };
    };
  };
}
