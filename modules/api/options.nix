# Limits of the API.
{ lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  options.hypervisor.api.rateLimiting = {
    enable = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether requests are limited.";
    };
    general = mkOption {
      type = types.submodule {
        options = {
          requestsPerMinute = mkOption {
            type = types.int;
            default = 500;
            example = 100;
            description = "Requests a minute.";
          };
          burstSize = mkOption {
            type = types.int;
            default = 100;
            example = 20;
            description = "Requests at once.";
          };
        };
      };
      default = {
        requestsPerMinute = 500;
        burstSize = 100;
      };
      example = {
        requestsPerMinute = 100;
      };
      description = "Limits of each client.";
    };
    authentication = mkOption {
      type = types.submodule {
        options = {
          attemptsPerMinute = mkOption {
            type = types.int;
            default = 10;
            example = 5;
            description = "Attempts a minute.";
          };
          maxFailedAttempts = mkOption {
            type = types.int;
            default = 5;
            example = 3;
            description = "Failures in a row before a client is locked out.";
          };
          lockoutDuration = mkOption {
            type = types.str;
            default = "15m";
            example = "1h";
            description = "How long it is locked out.";
          };
        };
      };
      default = {
        attemptsPerMinute = 10;
        maxFailedAttempts = 5;
        lockoutDuration = "15m";
      };
      example = {
        maxFailedAttempts = 3;
      };
      description = "Limits on proving who one is.";
    };
    csrfProtection = mkOption {
      type = types.bool;
      default = true;
      example = false;
      description = "Whether forged requests from other sites are refused.";
    };
    securityHeaders = mkOption {
      type = types.bool;
      default = true;
      example = false;
      description = "Whether answers carry headers that tell browsers to be careful.";
    };
    auditLog = mkOption {
      type = types.bool;
      default = true;
      example = false;
      description = "Whether refused requests are logged.";
    };
  };
}
