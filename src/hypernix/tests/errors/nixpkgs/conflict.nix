let
  lib = import <nixpkgs-lib>;
in
(lib.evalModules { modules = [ ./parts/options.nix ./parts/conflict.nix ./parts/web.nix ]; }).config.units
