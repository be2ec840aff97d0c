# Reusable parts of a guest.
{ lib, ... }:
let
  inherit (lib) mkOption types;
  named = import ../named.nix { inherit lib; };
  configuration = import ./configuration { inherit lib; };
in
{
  options.hypervisor.composition = {
    components = mkOption {
      type = types.attrsOf (
        types.submodule [
          {
            options = {
              name = mkOption {
                type = types.str;
                defaultText = lib.literalMD "the attribute name";
                example = "nginx";
                description = "The component's name.";
              };
              type = mkOption {
                type = types.enum [
                  "base"
                  "runtime"
                  "framework"
                  "service"
                  "security"
                  "monitoring"
                  "network"
                  "storage"
                ];
                example = "service";
                description = "What kind of part it is.";
              };
              version = mkOption {
                type = types.str;
                default = "1.0.0";
                example = "1.4.2";
                description = "The component's version.";
              };
              properties = {
                description = mkOption {
                  type = types.str;
                  default = "";
                  example = "A web server";
                  description = "What the component is for.";
                };
                maintainer = mkOption {
                  type = types.str;
                  default = "";
                  example = "ops@example.org";
                  description = "Whom to ask.";
                };
                tags = mkOption {
                  type = types.listOf types.str;
                  default = [ ];
                  example = [ "web" ];
                  description = "Words to find the component by.";
                };
                compatibility = {
                  architectures = mkOption {
                    type = types.listOf types.str;
                    default = [ "x86_64" ];
                    example = [
                      "x86_64"
                      "aarch64"
                    ];
                    description = "Architectures the component works on.";
                  };
                  provides = mkOption {
                    type = types.listOf types.str;
                    default = [ ];
                    example = [ "http-server" ];
                    description = "What the component provides to those that require it.";
                  };
                  requires = mkOption {
                    type = types.listOf types.str;
                    default = [ ];
                    example = [ "postgresql" ];
                    description = ''
                      What must be provided by another component of the blueprint, or its name.
                    '';
                  };
                  conflicts = mkOption {
                    type = types.listOf types.str;
                    default = [ ];
                    example = [ "apache" ];
                    description = "Components, or things provided, that must not be there as well.";
                  };
                };
              };
              interface = {
                inputs = mkOption {
                  type = types.attrsOf (
                    types.submodule {
                      options = {
                        type = mkOption {
                          type = types.str;
                          example = "int";
                          description = ''
                            The input's type: string, int, float, bool, list, `list of` a type, set,
                            port, size, duration, path, `enum(a, b)`, any.
                          '';
                        };
                        description = mkOption {
                          type = types.str;
                          default = "";
                          example = "Port to listen on";
                          description = "What the input means.";
                        };
                        required = mkOption {
                          type = types.bool;
                          default = false;
                          example = true;
                          description = "Whether the blueprint must give a value.";
                        };
                        default = mkOption {
                          type = types.nullOr types.anything;
                          default = null;
                          example = 80;
                          description = "The value if none is given.";
                        };
                      };
                    }
                  );
                  default = { };
                  example = {
                    port = {
                      type = "int";
                      default = 80;
                    };
                  };
                  description = "Values the component is given.";
                };
                outputs = mkOption {
                  type = types.attrsOf (
                    types.submodule {
                      options = {
                        type = mkOption {
                          type = types.str;
                          example = "string";
                          description = "The output's type.";
                        };
                        description = mkOption {
                          type = types.str;
                          default = "";
                          example = "Where the server answers";
                          description = "What the output means.";
                        };
                        value = mkOption {
                          type = types.str;
                          example = "http://localhost:{{ inputs.port }}";
                          description = "The value, in which `{{ inputs.x }}` stands for an input.";
                        };
                      };
                    }
                  );
                  default = { };
                  example = {
                    url = {
                      type = "string";
                      value = "http://localhost:{{ inputs.port }}";
                    };
                  };
                  description = "Values that other components can be given.";
                };
                events = mkOption {
                  type = types.listOf (
                    types.submodule {
                      options = {
                        name = mkOption {
                          type = types.str;
                          example = "reloaded";
                          description = "The event's name.";
                        };
                        description = mkOption {
                          type = types.str;
                          default = "";
                          example = "The configuration was read again";
                          description = "When it happens.";
                        };
                      };
                    }
                  );
                  default = [ ];
                  example = [ { name = "reloaded"; } ];
                  description = "Events the component reports.";
                };
              };
              configuration = mkOption {
                type = configuration;
                default = { };
                example = {
                  packages.install = [ "nginx" ];
                };
                description = "What the component does to the guest.";
              };
            };
          }
          named
        ]
      );
      default = { };
      example = {
        nginx = {
          type = "service";
          configuration.packages.install = [ "nginx" ];
          configuration.ports = [ { internal = 80; } ];
        };
      };
      description = "Reusable parts of guests, by name.";
    };
  };
}
