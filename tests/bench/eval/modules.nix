# `count` submodules of 15 options each, with every kind of definition that
# configurations use; the answer is a few figures that need all of them.
{ lib, count }:
let
  inherit (lib)
    mkAfter
    mkDefault
    mkForce
    mkIf
    mkOption
    types
    ;

  unit =
    { name, config, ... }:
    {
      options = {
        enable = mkOption {
          type = types.bool;
          default = true;
          description = "Whether the unit is wanted.";
        };
        title = mkOption {
          type = types.str;
          default = name;
          apply = title: "unit ${title}";
          description = "What people call it.";
        };
        kind = mkOption {
          type = types.enum [
            "vm"
            "container"
          ];
          default = "vm";
          description = "What it is.";
        };
        memory = mkOption {
          type = types.coercedTo types.int (size: "${toString size}M") types.str;
          default = 512;
          description = "Its memory.";
        };
        vcpus = mkOption {
          type = types.ints.positive;
          default = 1;
          description = "Its processors.";
        };
        mac = mkOption {
          type = types.strMatching "([0-9a-f]{2}:){5}[0-9a-f]{2}";
          description = "Its address.";
        };
        port = mkOption {
          type = types.port;
          default = 22;
          description = "Where it listens.";
        };
        tags = mkOption {
          type = types.listOf types.str;
          default = [ ];
          description = "What it is like.";
        };
        labels = mkOption {
          type = types.attrsOf types.str;
          default = { };
          description = "What others want to know.";
        };
        notes = mkOption {
          type = types.lines;
          default = "";
          description = "What to remember.";
        };
        priority = mkOption {
          type = types.int;
          default = 100;
          description = "Its turn.";
        };
        parent = mkOption {
          type = types.nullOr types.str;
          default = null;
          description = "What it belongs to.";
        };
        ratio = mkOption {
          type = types.either types.int types.float;
          default = 1.0;
          description = "Its share.";
        };
        command = mkOption {
          type = types.listOf types.str;
          default = [ ];
          description = "What it runs.";
        };
        hooks = mkOption {
          type = types.attrsOf (types.listOf types.str);
          default = { };
          description = "What runs beside it.";
        };
      };
      config = {
        tags = mkIf config.enable [ "enabled" ];
        priority = mkIf (config.kind == "vm") (mkDefault 50);
        notes = mkAfter "port ${toString config.port}";
        labels.kind = config.kind;
      };
    };

  definition = number: {
    name = "unit-${toString number}";
    value = {
      memory = 256 + number;
      vcpus = mkForce 2;
      mac = "52:54:00:00:00:0${toString (lib.mod number 10)}";
      port = mkDefault (1024 + lib.mod number 1000);
      tags = mkAfter [ "tag-${toString (lib.mod number 7)}" ];
      labels.number = toString number;
      notes = "number ${toString number}";
      hooks.start = [
        "a"
        "b"
      ];
      command = [
        "run"
        (toString number)
      ];
      kind = if lib.mod number 3 == 0 then "container" else "vm";
    };
  };

  evaluated = lib.evalModules {
    modules = [
      (
        { config, ... }:
        {
          options.units = mkOption {
            type = types.attrsOf (types.submodule unit);
            default = { };
            description = "All units.";
          };
          options.assertions = mkOption {
            type = types.listOf types.unspecified;
            default = [ ];
            description = "What must hold.";
          };
          config.assertions = lib.mapAttrsToList (name: unit: {
            assertion = unit.vcpus > 0 && unit.port > 0;
            message = "unit ${name} is wrong";
          }) config.units;
        }
      )
      { units = builtins.listToAttrs (builtins.genList definition count); }
    ];
  };
  inherit (evaluated) config;
in
{
  failed = builtins.length (builtins.filter (check: !check.assertion) config.assertions);
  size = builtins.stringLength (builtins.toJSON config.units);
}
