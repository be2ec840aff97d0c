# For those without flakes:
#
#   let hyper-nixos = import ./hyper-nixos { inherit pkgs; }; in
#   { imports = [ hyper-nixos.nixosModules.default ]; }
{
  pkgs ? import <nixpkgs> { },
}:
{
  hypernix = pkgs.callPackage ./nix/package.nix { };
  docs = pkgs.callPackage ./nix/docs.nix { };
  nixosModules.default = ./modules/nixos;
  overlays.default = final: _: { hypernix = final.callPackage ./nix/package.nix { }; };
  lib.evalHypervisor =
    { modules }:
    import ./nix/evaluate.nix {
      inherit (pkgs) lib;
      inherit modules;
    };
}
