# Cases for the module system and the modules, as plain files.
#
#   cases/NAME.nix     a configuration, as a person would write it
#   cases/NAME.json    what its manifest must contain: every key there is in the
#                      manifest with the same value; sets are compared key by
#                      key, everything else whole
#   cases/NAME.error   or how the error it gives must begin, line for line
#   cases/parts/       files that cases import
#
# In expectations `@cases@` stands for the absolute path of cases/.
#
# This file gives the manifests by name, for any evaluator and any library:
#
#   nix-instantiate --eval --strict --json nix/tests -A manifests.NAME
{
  lib ? import ../lib,
}:
let
  inherit (builtins)
    attrNames
    filter
    listToAttrs
    match
    readDir
    ;
  names = map (file: builtins.head (match "(.*)\\.nix" file)) (
    filter (file: match ".*\\.nix" file != null) (attrNames (readDir ./cases))
  );
in
{
  manifests = listToAttrs (
    map (name: {
      inherit name;
      value = import ../evaluate.nix {
        inherit lib;
        modules = [ (./cases + "/${name}.nix") ];
      };
    }) names
  );
}
