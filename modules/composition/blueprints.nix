# Compositions of components.
{ lib, ... }:
let
  inherit (lib) mkOption types;
  named = import ../named.nix { inherit lib; };
in
{
  options.hypervisor.composition = {
    blueprints = mkOption {
      type = types.attrsOf (
        types.submodule [
          {
            options = {
              name = mkOption {
                type = types.str;
                defaultText = lib.literalMD "the attribute name";
                example = "secure-web";
                description = "The blueprint's name.";
              };
              description = mkOption {
                type = types.str;
                default = "";
                example = "A hardened web server";
                description = "What the blueprint is for.";
              };
              components = mkOption {
                type = types.listOf (
                  types.submodule {
                    options = {
                      component = mkOption {
                        type = types.str;
                        example = "nginx";
                        description = "Name of the component.";
                      };
                      alias = mkOption {
                        type = types.nullOr types.str;
                        default = null;
                        example = "frontend";
                        description = ''
                          Name for connections and overrides; the component's own if null. Needed
                          where a component is used twice.
                        '';
                      };
                      condition = mkOption {
                        type = types.nullOr types.str;
                        default = null;
                        example = "parameters.tls";
                        description = ''
                          An expression over `parameters`; the component is left out where it is
                          false.
                        '';
                      };
                      inputs = mkOption {
                        type = types.attrsOf types.anything;
                        default = { };
                        example = {
                          port = 8080;
                        };
                        description = ''
                          Values for the component's inputs. `{{ parameters.x }}` stands for a
                          parameter.
                        '';
                      };
                    };
                  }
                );
                default = [ ];
                example = [ { component = "nginx"; } ];
                description = "The components. Dependencies decide the order, not this list.";
              };
              connections = mkOption {
                type = types.listOf (
                  types.submodule {
                    options = {
                      from = mkOption {
                        type = types.str;
                        example = "db.url";
                        description = "The output, as `component.output`.";
                      };
                      to = mkOption {
                        type = types.str;
                        example = "app.database";
                        description = "The input, as `component.input`.";
                      };
                      transform = mkOption {
                        type = types.nullOr types.str;
                        default = null;
                        example = "toString";
                        description = ''
                          What to do to the value on its way: `toString`, `toInt`, `toJSON`,
                          `fromJSON`, `toUpper`, `toLower`.
                        '';
                      };
                    };
                  }
                );
                default = [ ];
                example = [
                  {
                    from = "db.url";
                    to = "app.database";
                  }
                ];
                description = "Outputs that become inputs.";
              };
              parameters = mkOption {
                type = types.attrsOf (
                  types.submodule {
                    options = {
                      type = mkOption {
                        type = types.str;
                        default = "string";
                        example = "bool";
                        description = ''
                          The parameter's type; the same words as for inputs of components.
                        '';
                      };
                      description = mkOption {
                        type = types.str;
                        default = "";
                        example = "Whether to serve HTTPS";
                        description = "What the parameter means.";
                      };
                      default = mkOption {
                        type = types.nullOr types.anything;
                        default = null;
                        example = true;
                        description = ''
                          The value if an instance gives none. Without one the parameter must be
                          given.
                        '';
                      };
                      validation = mkOption {
                        type = types.nullOr types.str;
                        default = null;
                        example = "[a-z]+";
                        description = ''
                          Regular expression that the value must match, or for numbers a range such as
                          `1..10`.
                        '';
                      };
                    };
                  }
                );
                default = { };
                example = {
                  tls = {
                    type = "bool";
                    default = true;
                  };
                };
                description = "Values that instances give the blueprint.";
              };
              layout = {
                layers = mkOption {
                  type = types.listOf (
                    types.submodule {
                      options = {
                        name = mkOption {
                          type = types.str;
                          example = "data";
                          description = "The layer's name.";
                        };
                        components = mkOption {
                          type = types.listOf types.str;
                          default = [ ];
                          example = [ "db" ];
                          description = "Components of the layer.";
                        };
                        order = mkOption {
                          type = types.int;
                          default = 0;
                          example = 10;
                          description = "Layers of a lower order come first.";
                        };
                      };
                    }
                  );
                  default = [ ];
                  example = [
                    {
                      name = "data";
                      components = [ "db" ];
                    }
                  ];
                  description = "Groups of components that are set up one after the other.";
                };
                constraints = mkOption {
                  type = types.attrsOf types.anything;
                  default = { };
                  example = {
                    resources.memory.size = {
                      min = "1Gi";
                    };
                  };
                  description = ''
                    What must hold for a unit of this blueprint, as under
                    `policies.<name>.constraints`.
                  '';
                };
              };
              validation.rules = mkOption {
                type = types.listOf (
                  types.submodule {
                    options = {
                      name = mkOption {
                        type = types.str;
                        example = "tls";
                        description = "The rule's name.";
                      };
                      expression = mkOption {
                        type = types.str;
                        example = "parameters.tls";
                        description = "An expression over `parameters`.";
                      };
                      message = mkOption {
                        type = types.str;
                        example = "This blueprint serves HTTPS only.";
                        description = "What to say if it does not hold.";
                      };
                    };
                  }
                );
                default = [ ];
                example = [
                  {
                    name = "tls";
                    expression = "parameters.tls";
                    message = "This blueprint serves HTTPS only.";
                  }
                ];
                description = "What must hold for the parameters.";
              };
            };
          }
          named
        ]
      );
      default = { };
      example = {
        secure-web.components = [
          { component = "nginx"; }
          { component = "hardened"; }
        ];
      };
      description = "Compositions of components that make a kind of guest, by name.";
    };
  };
}
