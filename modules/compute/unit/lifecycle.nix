# Hooks on the host, and how to tell that a unit is well.
{ lib }:
let
  inherit (lib) mkOption types;
in
{
  options = {
    lifecycle = {
      preStart = mkOption {
        type = types.lines;
        default = "";
        example = "logger starting";
        description = "Shell commands run on the host before the start.";
      };
      postStart = mkOption {
        type = types.lines;
        default = "";
        example = "logger started";
        description = "Shell commands run on the host after the start.";
      };
      preStop = mkOption {
        type = types.lines;
        default = "";
        example = "logger stopping";
        description = "Shell commands run on the host before the stop.";
      };
      postStop = mkOption {
        type = types.lines;
        default = "";
        example = "logger stopped";
        description = "Shell commands run on the host after the stop.";
      };
      healthCheck = mkOption {
        type = types.nullOr (
          types.submodule {
            options = {
              type = mkOption {
                type = types.enum [
                  "http"
                  "tcp"
                  "script"
                ];
                example = "http";
                description = "The kind of check.";
              };
              config = mkOption {
                type = types.attrsOf types.anything;
                example = {
                  url = "http://127.0.0.1:8080/";
                };
                description = ''
                  What to check. http: `url`, or `port` and `path`; tcp: `host` and `port`; script:
                  `script`.
                '';
              };
              interval = mkOption {
                type = types.str;
                default = "30s";
                example = "10s";
                description = "Time between two checks.";
              };
              timeout = mkOption {
                type = types.str;
                default = "5s";
                example = "2s";
                description = "How long a check may take.";
              };
              retries = mkOption {
                type = types.int;
                default = 3;
                example = 5;
                description = "Failures in a row that make the unit unhealthy.";
              };
              startPeriod = mkOption {
                type = types.str;
                default = "0s";
                example = "30s";
                description = "Time after the start in which failures do not count.";
              };
            };
          }
        );
        default = null;
        example = {
          type = "http";
          config = {
            port = 80;
            path = "/healthz";
          };
        };
        description = "How to tell that the unit works.";
      };
    };
  };
}
