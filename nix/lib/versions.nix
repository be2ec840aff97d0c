# Version numbers.
{ lib }:
let
  inherit (builtins) elemAt;
  inherit (lib.lists) take;
in
rec {
  inherit (builtins) splitVersion;

  major = version: elemAt (splitVersion version) 0;
  minor = version: elemAt (splitVersion version) 1;
  patch = version: elemAt (splitVersion version) 2;
  majorMinor = version: builtins.concatStringsSep "." (take 2 (splitVersion version));
  pad =
    n: version:
    let
      parts = builtins.match "([^-]*)(.*)" version;
      numbers = splitVersion (elemAt parts 0);
    in
    builtins.concatStringsSep "." (take n (numbers ++ lib.lists.replicate n "0")) + elemAt parts 1;
}
