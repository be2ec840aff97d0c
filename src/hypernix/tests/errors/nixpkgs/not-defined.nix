let
  lib = import <nixpkgs-lib>;
in
(lib.evalModules { modules = [ ./parts/options.nix ./parts/not-defined.nix ]; }).config.units
