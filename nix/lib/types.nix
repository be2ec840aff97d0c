# Option types: each says what values it takes and how definitions are merged.
{ lib }:
let
  base = import ./types/base.nix { inherit lib; };
in
base
// import ./types/scalars.nix { inherit lib; }
// import ./types/paths.nix { inherit lib; }
// import ./types/containers.nix { inherit lib; }
// import ./types/choices.nix { inherit lib; }
// import ./types/submodules.nix { inherit lib; }
// {
  inherit (lib) types;
}
