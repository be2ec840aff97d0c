# The documentation as files, with the reference of options made by nixpkgs from
# the modules beside our own page of them, and as data.
{
  lib,
  nixosOptionsDoc,
  runCommand,
}:
let
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
  root = "${toString ../.}/";
  reference = nixosOptionsDoc {
    options = { inherit (evaluated.options) hypervisor; };
    transformOptions =
      option:
      option
      // {
        declarations = map (file: lib.removePrefix root (toString file)) option.declarations;
      };
    warningsAreErrors = true;
  };
in
runCommand "hypernix-docs" { } ''
  mkdir -p $out/share/doc/hypernix
  cp -r ${../docs}/. $out/share/doc/hypernix/
  chmod -R u+w $out/share/doc/hypernix
  cp ${../README.md} $out/share/doc/hypernix/README.md
  cp ${reference.optionsJSON}/share/doc/nixos/options.json $out/share/doc/hypernix/options.json
  cp ${reference.optionsCommonMark} $out/share/doc/hypernix/options-commonmark.md
''
