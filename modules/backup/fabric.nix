# What holds for all repositories.
{ lib, ... }:
let
  inherit (lib) mkOption types;
in
{
  options.hypervisor.backup = {
    defaultRepository = mkOption {
      type = types.str;
      default = "default";
      example = "offsite";
      description = "The repository of sources that name none.";
    };
    fabric = {
      globalDedup = {
        enabled = mkOption {
          type = types.bool;
          default = true;
          example = false;
          description = "Whether equal data of different sources is kept once.";
        };
        scope = mkOption {
          type = types.enum [
            "repository"
            "global"
            "federated"
          ];
          default = "repository";
          example = "global";
          description = "How far that goes.";
        };
        federation = mkOption {
          type = types.listOf types.str;
          default = [ ];
          example = [ "offsite" ];
          description = "Repositories that share their data.";
        };
      };
      cdp = {
        enabled = mkOption {
          type = types.bool;
          default = false;
          example = true;
          description = "Whether every write is recorded.";
        };
        granularity = mkOption {
          type = types.str;
          default = "1s";
          example = "10s";
          description = "How exactly a time can be gone back to.";
        };
        journalSize = mkOption {
          type = types.str;
          default = "10Gi";
          example = "100Gi";
          description = "How much is recorded.";
        };
      };
      catalog = {
        type = mkOption {
          type = types.enum [
            "sqlite"
            "postgresql"
            "distributed"
          ];
          default = "sqlite";
          example = "postgresql";
          description = "Where the catalogue is kept.";
        };
        indexing = {
          metadata = mkOption {
            type = types.bool;
            default = true;
            example = false;
            description = "Whether names and times can be searched.";
          };
          content = mkOption {
            type = types.bool;
            default = true;
            example = false;
            description = "Whether content can be searched.";
          };
          search = mkOption {
            type = types.bool;
            default = true;
            example = false;
            description = "Whether there is an index for searching.";
          };
        };
      };
      verification = {
        automatic = mkOption {
          type = types.bool;
          default = true;
          example = false;
          description = "Whether backups are verified by themselves.";
        };
        schedule = mkOption {
          type = types.str;
          default = "weekly";
          example = "daily";
          description = "How often.";
        };
        sampling = {
          rate = mkOption {
            type = types.float;
            default = 0.1;
            example = 0.5;
            description = "The part that is read each time.";
          };
          full = mkOption {
            type = types.str;
            default = "monthly";
            example = "yearly";
            description = "How often everything is read.";
          };
        };
      };
    };
  };
}
