let
  lib = import <nixpkgs-lib>;
in
(lib.evalModules { modules = [ ./parts/options.nix ./parts/unknown-option.nix ]; }).config.units
