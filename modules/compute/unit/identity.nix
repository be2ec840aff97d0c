# Who a unit is, and what becomes of it.
{ lib }:
let
  inherit (lib) mkOption types;
  owned = import ../../ownership.nix { inherit lib; } {
    what = "unit";
    object = "domain or container";
  };
in
{
  options = {
    name = mkOption {
      type = types.str;
      defaultText = lib.literalMD "the attribute name";
      example = "web";
      description = "The unit's name, as libvirt or Docker will know it.";
    };
    uuid = mkOption {
      type = types.str;
      default = "";
      example = "5b1c1f0e-8a0e-4b43-9d8e-1d1a2a3c4d5e";
      description = "The domain's UUID. If empty, one is derived from the name.";
    };
    description = mkOption {
      type = types.str;
      default = "";
      example = "The public web server";
      description = "What the unit is for; shown in lists and in the backend.";
    };
    labels = mkOption {
      type = types.attrsOf types.str;
      default = { };
      example = {
        tier = "frontend";
        blueprint = "secure-web";
      };
      description = ''
        Labels for selection, placement and backup. The label `blueprint` applies that blueprint
        to the unit.
      '';
    };
    tags = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [
        "high-performance"
        "public-facing"
      ];
      description = ''
        Tags whose values the unit takes over. A tag without a definition only marks the unit.
      '';
    };
    policies = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "production" ];
      description = ''
        Policies whose tags and defaults the unit takes over and whose constraints it must meet.
      '';
    };
    dependsOn = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "database" ];
      description = "Units that are started before this one and stopped after it.";
    };
    previousNames = mkOption {
      type = types.listOf types.str;
      default = [ ];
      example = [ "webserver" ];
      description = ''
        Names this unit had before. It is renamed instead of being made anew. Its own volumes
        (`<unit>-<disk>`) stay where they are, under their old names, for as long as the old name is
        kept here; a plan that would give it new and empty ones is refused.
      '';
    };
    state = mkOption {
      type = types.enum [
        "running"
        "stopped"
      ];
      default = "running";
      example = "stopped";
      description = "Whether the unit runs.";
    };
    autostart = mkOption {
      type = types.bool;
      default = true;
      example = false;
      description = "Whether the unit starts with the host.";
    };
    inherit (owned) adopt protect;
    deletionPolicy = mkOption {
      type = types.enum [
        "retain"
        "delete"
      ];
      default = "retain";
      example = "delete";
      description = ''
        What happens to the unit's own volumes when it is removed from the configuration.
      '';
    };
    pruneGrace = mkOption {
      type = types.str;
      default = "24h";
      example = "7d";
      description = "How long a removed unit stays stopped before it is undefined.";
    };
    update = {
      onChange = mkOption {
        type = types.enum [
          "live"
          "live-or-stage"
          "restart-if-needed"
          "never"
        ];
        default = "live-or-stage";
        example = "restart-if-needed";
        description = ''
          What to do with a change to a running unit: apply it live or refuse, apply what can be
          applied live and leave the rest to the next start, restart where that is needed, or
          leave the unit alone.
        '';
      };
      drift = mkOption {
        type = types.enum [
          "revert"
          "report"
          "adopt"
        ];
        default = "revert";
        example = "report";
        description = ''
          What to do with a change that somebody made behind our back: undo it (`revert`), tell of it
          at every plan (`report`), or tell of it once and take it for what was applied, until the
          declaration changes (`adopt`).
        '';
      };
    };
    shutdown = {
      timeout = mkOption {
        type = types.str;
        default = "60s";
        example = "5m";
        description = "How long a guest has to shut down by itself.";
      };
      force = mkOption {
        type = types.bool;
        default = true;
        example = false;
        description = "Whether to cut the power of a guest that has not shut down in time.";
      };
    };
  };
}
