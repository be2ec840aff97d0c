# Where backups are kept.
{ lib, ... }:
let
  inherit (lib) mkOption types;
  named = import ../named.nix { inherit lib; };
  deduplication = import ./deduplication.nix { inherit lib; };
in
{
  options.hypervisor.backup = {
    repositories = mkOption {
      type = types.attrsOf (
        types.submodule [
          {
            options = {
              name = mkOption {
                type = types.str;
                defaultText = lib.literalMD "the attribute name";
                example = "default";
                description = "The repository's name.";
              };
              type = mkOption {
                type = types.enum [
                  "local"
                  "remote"
                  "cloud"
                  "distributed"
                ];
                default = "local";
                example = "remote";
                description = "The kind of repository.";
              };
              backend = {
                location = mkOption {
                  type = types.str;
                  example = "/srv/backup";
                  description = "Directory or address of the repository.";
                };
                encryption = {
                  enabled = mkOption {
                    type = types.bool;
                    default = true;
                    example = false;
                    description = "Whether the data is encrypted.";
                  };
                  algorithm = mkOption {
                    type = types.enum [
                      "aes-256-gcm"
                      "chacha20-poly1305"
                      "aes-256-ctr-hmac"
                    ];
                    default = "chacha20-poly1305";
                    example = "aes-256-gcm";
                    description = "The cipher.";
                  };
                  keyDerivation = mkOption {
                    type = types.enum [
                      "argon2id"
                      "scrypt"
                      "pbkdf2"
                    ];
                    default = "argon2id";
                    example = "scrypt";
                    description = "How the key comes from the passphrase.";
                  };
                };
                compression = {
                  algorithm = mkOption {
                    type = types.enum [
                      "zstd"
                      "lz4"
                      "brotli"
                      "none"
                    ];
                    default = "zstd";
                    example = "lz4";
                    description = "How the data is compressed.";
                  };
                  level = mkOption {
                    type = types.int;
                    default = 3;
                    example = 9;
                    description = "How hard it is tried.";
                  };
                  adaptive = mkOption {
                    type = types.bool;
                    default = true;
                    example = false;
                    description = "Whether data that does not compress is left as it is.";
                  };
                };
              };
              deduplication = mkOption {
                type = deduplication;
                default = { };
                example = {
                  enabled = false;
                };
                description = "How equal data is found.";
              };
              retention = {
                mode = mkOption {
                  type = types.enum [
                    "grandfather-father-son"
                    "progressive"
                    "custom"
                  ];
                  default = "progressive";
                  example = "custom";
                  description = "How backups are thinned out.";
                };
                progressive = {
                  keepAll = mkOption {
                    type = types.int;
                    default = 7;
                    example = 14;
                    description = "Days in which every backup is kept.";
                  };
                  rules = mkOption {
                    type = types.listOf (
                      types.submodule {
                        options = {
                          age = mkOption {
                            type = types.str;
                            example = "30d";
                            description = "Up to which age the rule holds.";
                          };
                          interval = mkOption {
                            type = types.str;
                            example = "1d";
                            description = "Time between two backups that are kept.";
                          };
                        };
                      }
                    );
                    default = [
                      {
                        age = "7d";
                        interval = "1h";
                      }
                      {
                        age = "30d";
                        interval = "1d";
                      }
                      {
                        age = "90d";
                        interval = "1w";
                      }
                      {
                        age = "365d";
                        interval = "1m";
                      }
                    ];
                    example = [
                      {
                        age = "30d";
                        interval = "1d";
                      }
                    ];
                    description = "What is kept of older ones.";
                  };
                };
                immutable = {
                  enabled = mkOption {
                    type = types.bool;
                    default = false;
                    example = true;
                    description = "Whether backups cannot be deleted for a time.";
                  };
                  period = mkOption {
                    type = types.str;
                    default = "30d";
                    example = "90d";
                    description = "How long.";
                  };
                };
              };
              performance = {
                parallel = {
                  streams = mkOption {
                    type = types.int;
                    default = 4;
                    example = 8;
                    description = "Transfers at once.";
                  };
                  chunkers = mkOption {
                    type = types.int;
                    default = 2;
                    example = 4;
                    description = "Chunkers at once.";
                  };
                };
                bandwidth = {
                  limit = mkOption {
                    type = types.nullOr types.str;
                    default = null;
                    example = "50Mi";
                    description = "Bytes a second.";
                  };
                  burst = mkOption {
                    type = types.nullOr types.str;
                    default = null;
                    example = "200Mi";
                    description = "Bytes a second for a short time.";
                  };
                };
                caching = {
                  metadata = mkOption {
                    type = types.str;
                    default = "256Mi";
                    example = "1Gi";
                    description = "Memory for the catalogue.";
                  };
                  chunks = mkOption {
                    type = types.str;
                    default = "1Gi";
                    example = "4Gi";
                    description = "Memory for data.";
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
        default.backend.location = "/srv/backup";
      };
      description = "Repositories, by name.";
    };
  };
}
