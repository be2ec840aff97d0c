# `lib.fileset` over the folder of lib itself, `lib.path` and `lib.filesystem`.
{ lib }:
let
  fs = lib.fileset;
  here = ./.;
  names = set: map (path: lib.path.removePrefix here path) (fs.toList set);
in
{
  all = builtins.length (fs.toList here);
  nix = names (fs.fileFilter (file: file.hasExt "nix") here);
  union = names (fs.union ./types.nix ./filesets.nix);
  intersection = names (fs.intersection here ./types.nix);
  difference = names (fs.difference here (fs.unions [ ./types.nix (fs.maybeMissing ./missing) ]));
  traced = (fs.trace ./types.nix 1);
  empty = names (fs.intersection ./types.nix ./filesets.nix);
  refused = map (set: (builtins.tryEval (fs.toList set)).success) [
    ./missing
    "text"
    1
  ];
  joined = toString (lib.path.append /a/b "c/./d");
  prefix = map (lib.path.hasPrefix /a) [
    /a/b
    /b
  ];
  split = lib.mapAttrs (_: toString) (lib.path.splitRoot /a/b);
  parts = lib.path.subpath.components "./a//b/";
  invalid = map lib.path.subpath.isValid [
    ""
    "../a"
    "a/.."
    "./a"
    "/a"
  ];
  kinds = map lib.filesystem.pathType [
    here
    ./types.nix
  ];
}
