# The program itself.
{ lib, pkgs, ... }:
{
  options.hypervisor.package = lib.mkOption {
    type = lib.types.package;
    default = pkgs.hypernix or (pkgs.callPackage ../../nix/package.nix { });
    defaultText = lib.literalExpression "pkgs.hypernix";
    example = lib.literalExpression "pkgs.hypernix.override { }";
    description = "The package of `hypernix` that a NixOS host runs.";
  };
}
