# `evalModules` over `attrsOf submodule`, with the properties that definitions can have.
{ lib }:
let
  inherit (lib) mkOption types;
  unit =
    { name, config, ... }:
    {
      options = {
        title = mkOption {
          type = types.strMatching "[a-z0-9 -]+";
          default = "unit ${name}";
        };
        memory = mkOption { type = types.ints.between 64 65536; };
        kind = mkOption {
          type = types.enum [
            "vm"
            "container"
          ];
          default = "vm";
        };
        port = mkOption {
          type = types.nullOr types.port;
          default = null;
        };
        tags = mkOption {
          type = types.listOf types.str;
          default = [ ];
        };
        labels = mkOption {
          type = types.attrsOf types.str;
          default = { };
        };
        notes = mkOption {
          type = types.lines;
          default = "";
        };
        size = mkOption {
          type = types.coercedTo types.int toString types.str;
          default = 1;
          apply = text: "${text} GiB";
        };
        total = mkOption {
          type = types.int;
          readOnly = true;
          default = config.memory * 2;
          defaultText = "twice the memory";
        };
      };
      config.tags = lib.mkIf (config.kind == "vm") (lib.mkAfter [ "emulated" ]);
    };
  result = lib.evalModules {
    modules = [
      {
        options.units = mkOption {
          type = types.attrsOf (types.submodule unit);
          default = { };
        };
        options.assertions = mkOption {
          type = types.listOf types.attrs;
          default = [ ];
        };
      }
      (
        { config, ... }:
        {
          units.web = {
            memory = lib.mkDefault 512;
            tags = [ "http" ];
            notes = "first";
            labels.a = "1";
          };
          units.db.memory = 2048;
          assertions = lib.mapAttrsToList (name: unit: {
            assertion = unit.memory > 100;
            message = "${name} is small";
          }) config.units;
        }
      )
      {
        units.web = {
          memory = 1024;
          tags = lib.mkBefore [ "front" ];
          notes = lib.mkMerge [
            "second"
            (lib.mkIf false "never")
          ];
          labels = {
            a = lib.mkForce "2";
            b = "3";
          };
          port = 80;
          size = 7;
        };
      }
    ]
    ++ map (n: {
      units."n${toString n}" = {
        memory = 64 + n;
        kind = if lib.mod n 2 == 0 then "vm" else "container";
      };
    }) (lib.range 1 20);
  };
in
{
  inherit (result.config) units assertions;
  files = map (definition: definition.value) result.options.units.definitionsWithLocations;
  documentation = map (option: removeAttrs option [ "declarations" ]) (
    lib.filter (option: !lib.hasPrefix "_module" option.name) (lib.optionAttrSetToDocList result.options)
  );
}
