# Interfaces in the manner of other products.
{ lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  options.hypervisor.interop = {
    enable = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether the interface is served.";
    };
    apiStyle = mkOption {
      type = types.enum [
        "native"
        "enterprise-virt-v2"
        "libvirt"
        "occi"
        "openstack"
        "vmware"
      ];
      default = "native";
      example = "openstack";
      description = "Whose manner it has.";
    };
    bindAddress = mkOption {
      type = types.str;
      default = "127.0.0.1";
      example = "0.0.0.0";
      description = "Address to listen on.";
    };
    port = mkOption {
      type = types.port;
      default = 8080;
      example = 8443;
      description = "Port to listen on.";
    };
    enableTLS = mkOption {
      type = types.bool;
      default = false;
      example = true;
      description = "Whether connections are encrypted.";
    };
    tlsCert = mkOption {
      type = types.nullOr types.path;
      default = null;
      example = "/etc/hypervisor/tls.crt";
      description = "The certificate.";
    };
    tlsKey = mkOption {
      type = types.nullOr types.path;
      default = null;
      example = "/etc/hypervisor/tls.key";
      description = "Its key.";
    };
    authentication = {
      enable = mkOption {
        type = types.bool;
        default = true;
        example = false;
        description = "Whether clients must prove who they are.";
      };
      backend = mkOption {
        type = types.enum [
          "local"
          "ldap"
          "oauth2"
        ];
        default = "local";
        example = "ldap";
        description = "Who knows them.";
      };
      localUsers = mkOption {
        type = types.attrsOf (
          types.submodule {
            options = {
              passwordHash = mkOption {
                type = types.str;
                example = "$argon2id$v=19$…";
                description = ''
                  Hash of the password. Readable by everybody who can read the configuration.
                '';
              };
              roles = mkOption {
                type = types.listOf types.str;
                default = [ "user" ];
                example = [ "admin" ];
                description = "What the user may do.";
              };
            };
          }
        );
        default = { };
        example = {
          admin = {
            passwordHash = "$argon2id$v=19$…";
            roles = [ "admin" ];
          };
        };
        description = "Users of the backend `local`, by name.";
      };
    };
    cors = {
      enable = mkOption {
        type = types.bool;
        default = false;
        example = true;
        description = "Whether pages of other sites may use the interface.";
      };
      allowedOrigins = mkOption {
        type = types.listOf types.str;
        default = [ "*" ];
        example = [ "https://console.example.org" ];
        description = "The sites.";
      };
    };
    rateLimit = {
      enable = mkOption {
        type = types.bool;
        default = true;
        example = false;
        description = "Whether requests are limited.";
      };
      requestsPerMinute = mkOption {
        type = types.int;
        default = 60;
        example = 600;
        description = "Requests a minute of each client.";
      };
    };
    metrics = {
      enable = mkOption {
        type = types.bool;
        default = true;
        example = false;
        description = "Whether metrics are served.";
      };
      path = mkOption {
        type = types.str;
        default = "/metrics";
        example = "/internal/metrics";
        description = "Where.";
      };
    };
  };
}
