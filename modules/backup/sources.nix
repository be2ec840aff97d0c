# What is backed up, and when.
{ lib, ... }:
let
  inherit (lib) mkOption types;
  named = import ../named.nix { inherit lib; };
in
{
  options.hypervisor.backup = {
    sources = mkOption {
      type = types.attrsOf (
        types.submodule [
          {
            options = {
              name = mkOption {
                type = types.str;
                defaultText = lib.literalMD "the attribute name";
                example = "production";
                description = "The source's name.";
              };
              type = mkOption {
                type = types.enum [
                  "compute-unit"
                  "volume"
                  "database"
                  "application"
                ];
                default = "compute-unit";
                example = "volume";
                description = "What kind of thing is backed up.";
              };
              selection = {
                labels = mkOption {
                  type = types.attrsOf types.str;
                  default = { };
                  example = {
                    tier = "frontend";
                  };
                  description = "Labels of the things meant.";
                };
                patterns = mkOption {
                  type = types.listOf types.str;
                  default = [ ];
                  example = [ "web-*" ];
                  description = "Names of the things meant.";
                };
                ids = mkOption {
                  type = types.listOf types.str;
                  default = [ ];
                  example = [ "web" ];
                  description = "The things meant.";
                };
              };
              strategy = {
                mode = mkOption {
                  type = types.enum [
                    "incremental-forever"
                    "synthetic-full"
                    "reverse-incremental"
                  ];
                  default = "incremental-forever";
                  example = "synthetic-full";
                  description = "How backups build on each other.";
                };
                consistency = mkOption {
                  type = types.enum [
                    "crash-consistent"
                    "application-consistent"
                    "database-consistent"
                  ];
                  default = "crash-consistent";
                  example = "application-consistent";
                  description = "What a backup can be relied on for.";
                };
                changeDetection = mkOption {
                  type = types.enum [
                    "timestamp"
                    "checksum"
                    "journal"
                    "cbt"
                  ];
                  default = "journal";
                  example = "checksum";
                  description = "How changes are found.";
                };
                preScript = mkOption {
                  type = types.lines;
                  default = "";
                  example = "systemctl stop app";
                  description = "Shell commands run before a backup.";
                };
                postScript = mkOption {
                  type = types.lines;
                  default = "";
                  example = "systemctl start app";
                  description = "Shell commands run after a backup.";
                };
              };
              schedule = {
                continuous = mkOption {
                  type = types.bool;
                  default = false;
                  example = true;
                  description = "Whether changes are backed up as they happen.";
                };
                interval = mkOption {
                  type = types.nullOr types.str;
                  default = "1h";
                  example = "15m";
                  description = "Time between two backups.";
                };
                window = mkOption {
                  type = types.nullOr (
                    types.submodule {
                      options = {
                        start = mkOption {
                          type = types.str;
                          example = "22:00";
                          description = "Begin, as HH:MM.";
                        };
                        end = mkOption {
                          type = types.str;
                          example = "06:00";
                          description = "End, as HH:MM.";
                        };
                      };
                    }
                  );
                  default = null;
                  example = {
                    start = "22:00";
                    end = "06:00";
                  };
                  description = "When backups may run.";
                };
              };
              dataHandling = {
                sensitivity = mkOption {
                  type = types.enum [
                    "public"
                    "internal"
                    "confidential"
                    "secret"
                  ];
                  default = "internal";
                  example = "secret";
                  description = "How secret the data is.";
                };
                compliance = mkOption {
                  type = types.listOf types.str;
                  default = [ ];
                  example = [ "gdpr" ];
                  description = "Rules that the data is under.";
                };
                geoRestrictions = mkOption {
                  type = types.listOf types.str;
                  default = [ ];
                  example = [ "eu" ];
                  description = "Where the data may be kept.";
                };
              };
            };
          }
          named
        ]
      );
      default = { };
      example = {
        production = {
          selection.labels.tier = "frontend";
          schedule.continuous = true;
        };
      };
      description = "What is backed up, by name.";
    };
  };
}
