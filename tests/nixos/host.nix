# A NixOS host as tests see it, by whichever evaluator and library: what
# ./evaluated.nix makes of these modules.
{
  modules,
  hypernix ? "/usr",
  lib ? import ../../nix/lib,
}:
let
  pkgs = import ./packages.nix { inherit lib hypernix; };
  inherit (import ./evaluated.nix { inherit lib pkgs; }) evaluate outcome;
in
outcome (evaluate modules)
