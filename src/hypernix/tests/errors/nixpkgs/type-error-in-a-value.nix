let
  lib = import <nixpkgs-lib>;
in
(lib.evalModules { modules = [ ./parts/options.nix ./parts/type-error-in-a-value.nix ]; }).config.units
