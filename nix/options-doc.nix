# Every option as data, for the reference page: a list of
# `{ name, type, description, default, example, readOnly, declarations }`, where
# `default` and `example` are Nix text and declarations are relative to the root
# of the repository.
{
  lib ? import ./lib,
}:
let
  inherit (lib) filter hasPrefix map;

  evaluated = lib.evalModules {
    modules = [
      ../modules
      {
        options = {
          assertions = lib.mkOption { internal = true; };
          warnings = lib.mkOption { internal = true; };
        };
      }
    ];
  };

  root = toString ../. + "/";
  textOf = value: value.text or value;

  documented = filter (
    option: option.visible && !option.internal && hasPrefix "hypervisor." option.name
  ) (lib.optionAttrSetToDocList evaluated.options);
in
map (option: {
  inherit (option)
    name
    type
    description
    readOnly
    ;
  default = if option ? default then textOf option.default else null;
  example = if option ? example then textOf option.example else null;
  declarations = map (file: lib.removePrefix root (toString file)) option.declarations;
}) documented
