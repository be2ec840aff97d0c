# A grant: a capability, on what, and for how long.
{ lib }:
let
  inherit (lib) mkOption types;
in
types.submodule {
  options = {
    capability = mkOption {
      type = types.str;
      example = "web-operator";
      description = "Name of the capability.";
    };
    delegatedFrom = mkOption {
      type = types.nullOr types.str;
      default = null;
      example = "alice";
      description = "The principal that passed it on.";
    };
    scope = mkOption {
      type = types.nullOr (
        types.submodule {
          options = {
            labels = mkOption {
              type = types.attrsOf types.str;
              default = { };
              example = {
                env = "staging";
              };
              description = "Labels of the things meant.";
            };
            resources = mkOption {
              type = types.listOf types.str;
              default = [ ];
              example = [ "compute/web" ];
              description = "The things meant, as `area/id`.";
            };
          };
        }
      );
      default = null;
      example = {
        labels.env = "staging";
      };
      description = "What it is limited to; everything if null.";
    };
    temporal = {
      validity = {
        start = mkOption {
          type = types.nullOr types.str;
          default = null;
          example = "2026-01-01T00:00:00Z";
          description = "When it begins; at once if null.";
        };
        end = mkOption {
          type = types.nullOr types.str;
          default = null;
          example = "2026-12-31T23:59:59Z";
          description = "When it ends; never if null.";
        };
        duration = mkOption {
          type = types.nullOr types.str;
          default = null;
          example = "8h";
          description = "How long it holds, instead of an end.";
        };
      };
      schedule = mkOption {
        type = types.nullOr (
          types.submodule {
            options = {
              timezone = mkOption {
                type = types.str;
                default = "UTC";
                example = "Europe/Berlin";
                description = "Time zone of the windows.";
              };
              windows = mkOption {
                type = types.listOf (
                  types.submodule {
                    options = {
                      days = mkOption {
                        type = types.listOf (
                          types.enum [
                            "monday"
                            "tuesday"
                            "wednesday"
                            "thursday"
                            "friday"
                            "saturday"
                            "sunday"
                          ]
                        );
                        example = [ "monday" ];
                        description = "Days of the week.";
                      };
                      startTime = mkOption {
                        type = types.str;
                        example = "09:00";
                        description = "Begin, as HH:MM.";
                      };
                      endTime = mkOption {
                        type = types.str;
                        example = "17:00";
                        description = "End, as HH:MM.";
                      };
                    };
                  }
                );
                default = [ ];
                example = [
                  {
                    days = [ "monday" ];
                    startTime = "09:00";
                    endTime = "17:00";
                  }
                ];
                description = "Spans of time.";
              };
            };
          }
        );
        default = null;
        example = {
          timezone = "Europe/Berlin";
          windows = [
            {
              days = [ "monday" ];
              startTime = "09:00";
              endTime = "17:00";
            }
          ];
        };
        description = "When in the week it holds; always if null.";
      };
      usage = {
        maxUses = mkOption {
          type = types.nullOr types.int;
          default = null;
          example = 5;
          description = "How often it may be used.";
        };
        rateLimit = mkOption {
          type = types.nullOr (
            types.submodule {
              options = {
                requests = mkOption {
                  type = types.int;
                  example = 10;
                  description = "Number of uses.";
                };
                window = mkOption {
                  type = types.str;
                  example = "1m";
                  description = "The time.";
                };
              };
            }
          );
          default = null;
          example = {
            requests = 10;
            window = "1m";
          };
          description = "How often it may be used in a time.";
        };
      };
      emergency = {
        breakGlass = mkOption {
          type = types.bool;
          default = false;
          example = true;
          description = "Whether it may be used outside its limits in an emergency.";
        };
        auditRequired = mkOption {
          type = types.bool;
          default = true;
          example = false;
          description = "Whether that is recorded.";
        };
        notificationList = mkOption {
          type = types.listOf types.str;
          default = [ ];
          example = [ "security@example.org" ];
          description = "Who is told of it.";
        };
      };
    };
  };
}
