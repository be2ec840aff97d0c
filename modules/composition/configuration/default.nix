# What a component does to the guest.
{ lib }:
let
  inherit (lib) mkOption types;
  resources = import ./resources.nix { inherit lib; };
in
types.submodule {
  options = {
    packages = {
      install = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = [ "nginx" ];
        description = "Packages of the guest's distribution to install.";
      };
      remove = mkOption {
        type = types.listOf types.str;
        default = [ ];
        example = [ "apache2" ];
        description = "Packages to remove.";
      };
      repositories = mkOption {
        type = types.listOf (
          types.submodule {
            options = {
              url = mkOption {
                type = types.str;
                example = "https://packages.example.org/debian";
                description = "Address of the repository.";
              };
              key = mkOption {
                type = types.nullOr types.str;
                default = null;
                example = "https://packages.example.org/key.asc";
                description = "Its signing key.";
              };
            };
          }
        );
        default = [ ];
        example = [ { url = "https://packages.example.org/debian"; } ];
        description = "Further places to get packages from.";
      };
    };
    files = mkOption {
      type = types.attrsOf (
        types.submodule {
          options = {
            content = mkOption {
              type = types.str;
              example = "Welcome";
              description = "The file's content, in which `{{ inputs.x }}` stands for an input.";
            };
            owner = mkOption {
              type = types.str;
              default = "root";
              example = "www-data";
              description = "The file's owner.";
            };
            group = mkOption {
              type = types.str;
              default = "root";
              example = "www-data";
              description = "The file's group.";
            };
            mode = mkOption {
              type = types.str;
              default = "0644";
              example = "0600";
              description = "The file's mode.";
            };
          };
        }
      );
      default = { };
      example = {
        "/etc/motd".content = "Welcome";
      };
      description = "Files to write, by their paths.";
    };
    environment = mkOption {
      type = types.attrsOf types.str;
      default = { };
      example = {
        LANG = "C.UTF-8";
      };
      description = "Environment variables of the guest.";
    };
    ports = mkOption {
      type = types.listOf (
        types.submodule {
          options = {
            internal = mkOption {
              type = types.int;
              example = 80;
              description = "Port inside the guest.";
            };
            external = mkOption {
              type = types.nullOr types.int;
              default = null;
              example = 8080;
              description = "Port of the host to publish it on.";
            };
            protocol = mkOption {
              type = types.enum [
                "tcp"
                "udp"
                "sctp"
              ];
              default = "tcp";
              example = "udp";
              description = "The protocol.";
            };
          };
        }
      );
      default = [ ];
      example = [ { internal = 80; } ];
      description = "Ports the component listens on.";
    };
    volumes = mkOption {
      type = types.listOf (
        types.submodule {
          options = {
            name = mkOption {
              type = types.str;
              example = "www";
              description = "The volume's name.";
            };
            path = mkOption {
              type = types.str;
              example = "/var/www";
              description = "Where it is mounted.";
            };
            size = mkOption {
              type = types.nullOr types.str;
              default = null;
              example = "10Gi";
              description = "Its capacity.";
            };
            type = mkOption {
              type = types.enum [
                "persistent"
                "ephemeral"
                "config"
                "secret"
              ];
              default = "persistent";
              example = "ephemeral";
              description = "What becomes of its contents.";
            };
          };
        }
      );
      default = [ ];
      example = [
        {
          name = "www";
          path = "/var/www";
        }
      ];
      description = "Storage the component needs.";
    };
    resources = mkOption {
      type = resources;
      default = { };
      example = {
        memory.minimum = "1Gi";
      };
      description = "What the component needs of processors and memory.";
    };
    hooks = {
      preInstall = mkOption {
        type = types.lines;
        default = "";
        example = "systemctl stop apache2";
        description = "Shell commands run in the guest before the packages are installed.";
      };
      postInstall = mkOption {
        type = types.lines;
        default = "";
        example = "systemctl enable nginx";
        description = "Shell commands run after the packages are installed.";
      };
      configure = mkOption {
        type = types.lines;
        default = "";
        example = "nginx -s reload";
        description = "Shell commands run once the files are written.";
      };
      validate = mkOption {
        type = types.lines;
        default = "";
        example = "nginx -t";
        description = "Shell commands that fail if the component does not work.";
      };
    };
  };
}
