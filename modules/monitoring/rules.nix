# What is done about the unusual.
{ lib, ... }:
let
  inherit (lib) mkOption types;
  named = import ../named.nix { inherit lib; };
in
{
  options.hypervisor.monitoring.ai = {
    rules = mkOption {
      type = types.attrsOf (
        types.submodule [
          {
            options = {
              name = mkOption {
                type = types.str;
                defaultText = lib.literalMD "the attribute name";
                example = "overload";
                description = "The rule's name.";
              };
              description = mkOption {
                type = types.str;
                default = "";
                example = "Load that does not go away";
                description = "What the rule is for.";
              };
              detection = {
                models = mkOption {
                  type = types.listOf types.str;
                  example = [ "load" ];
                  description = "The models asked.";
                };
                combineMode = mkOption {
                  type = types.enum [
                    "any"
                    "all"
                    "majority"
                    "weighted"
                  ];
                  default = "any";
                  example = "all";
                  description = "How many must agree.";
                };
                sensitivity = mkOption {
                  type = types.float;
                  default = 0.5;
                  example = 0.8;
                  description = "How easily the rule fires.";
                };
                persistence = mkOption {
                  type = types.int;
                  default = 3;
                  example = 5;
                  description = "How often in a row it must be seen.";
                };
              };
              patterns = {
                temporal = mkOption {
                  type = types.listOf (
                    types.submodule {
                      options = {
                        name = mkOption {
                          type = types.str;
                          example = "jump";
                          description = "The shape's name.";
                        };
                        type = mkOption {
                          type = types.enum [
                            "spike"
                            "drop"
                            "trend"
                            "seasonal"
                            "shift"
                          ];
                          example = "spike";
                          description = "The kind of shape.";
                        };
                        parameters = mkOption {
                          type = types.attrsOf types.anything;
                          default = { };
                          example = {
                            factor = 3;
                          };
                          description = "Its parameters.";
                        };
                      };
                    }
                  );
                  default = [ ];
                  example = [
                    {
                      name = "jump";
                      type = "spike";
                    }
                  ];
                  description = "Shapes in time.";
                };
                correlation = mkOption {
                  type = types.listOf (
                    types.submodule {
                      options = {
                        metrics = mkOption {
                          type = types.listOf types.str;
                          example = [
                            "cpu"
                            "latency"
                          ];
                          description = "The measurements.";
                        };
                        threshold = mkOption {
                          type = types.float;
                          default = 0.8;
                          example = 0.9;
                          description = "How closely.";
                        };
                        lag = mkOption {
                          type = types.int;
                          default = 0;
                          example = 60;
                          description = "Seconds between them.";
                        };
                      };
                    }
                  );
                  default = [ ];
                  example = [
                    {
                      metrics = [
                        "cpu"
                        "latency"
                      ];
                    }
                  ];
                  description = "Measurements that go together.";
                };
              };
              actions = {
                alert = {
                  enabled = mkOption {
                    type = types.bool;
                    default = true;
                    example = false;
                    description = "Whether somebody is told.";
                  };
                  severity = mkOption {
                    type = types.enum [
                      "info"
                      "warning"
                      "error"
                      "critical"
                    ];
                    default = "warning";
                    example = "critical";
                    description = "How bad it is.";
                  };
                  channels = mkOption {
                    type = types.listOf types.str;
                    default = [ "default" ];
                    example = [ "pager" ];
                    description = "How they are told.";
                  };
                  cooldown = mkOption {
                    type = types.str;
                    default = "5m";
                    example = "1h";
                    description = "Time until they are told again.";
                  };
                };
                autoRemediation = {
                  enabled = mkOption {
                    type = types.bool;
                    default = false;
                    example = true;
                    description = "Whether something is done about it.";
                  };
                  approval = mkOption {
                    type = types.enum [
                      "automatic"
                      "manual"
                      "semi-automatic"
                    ];
                    default = "semi-automatic";
                    example = "manual";
                    description = "Whether somebody is asked first.";
                  };
                  actions = mkOption {
                    type = types.listOf (
                      types.submodule {
                        options = {
                          type = mkOption {
                            type = types.enum [
                              "scale"
                              "restart"
                              "migrate"
                              "throttle"
                              "custom"
                            ];
                            example = "restart";
                            description = "The kind of action.";
                          };
                          parameters = mkOption {
                            type = types.attrsOf types.anything;
                            default = { };
                            example = {
                              unit = "web";
                            };
                            description = "Its parameters.";
                          };
                          confidence = mkOption {
                            type = types.float;
                            default = 0.9;
                            example = 0.99;
                            description = "How sure one must be.";
                          };
                        };
                      }
                    );
                    default = [ ];
                    example = [ { type = "restart"; } ];
                    description = "What is done.";
                  };
                };
                analysis = {
                  rootCause = mkOption {
                    type = types.bool;
                    default = true;
                    example = false;
                    description = "Whether the cause is looked for.";
                  };
                  impact = mkOption {
                    type = types.bool;
                    default = true;
                    example = false;
                    description = "Whether what it affects is looked for.";
                  };
                  prediction = mkOption {
                    type = types.bool;
                    default = true;
                    example = false;
                    description = "Whether its course is predicted.";
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
        overload.detection.models = [ "load" ];
      };
      description = "Rules, by name.";
    };
  };
}
