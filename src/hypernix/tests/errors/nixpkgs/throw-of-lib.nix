let
  lib = import <nixpkgs-lib>;
in
(lib.evalModules { modules = [ ./parts/options.nix ./parts/throw-of-lib.nix ]; }).config.units
