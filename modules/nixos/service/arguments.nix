# Settings as arguments of `hypernix serve`, for a line of systemd's: lists repeat
# the option, `true` is the option alone, `false` and null leave it out.
{ lib }:
let
  inherit (builtins)
    concatMap
    concatStringsSep
    isList
    replaceStrings
    ;

  quote =
    word:
    replaceStrings
      [
        "%"
        "$"
      ]
      [
        "%%"
        "$$"
      ]
      (lib.escapeShellArg (toString word));

  argument =
    name: value:
    if isList value then
      concatMap (argument name) value
    else if value == true then
      [ "--${name}" ]
    else if value == false || value == null then
      [ ]
    else
      [ "--${name} ${quote value}" ];
in
settings:
concatStringsSep " " (
  lib.optional (settings.listen == [ ]) "--no-listen"
  ++ lib.concatLists (lib.mapAttrsToList argument settings)
)
