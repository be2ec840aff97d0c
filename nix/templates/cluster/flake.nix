{
  description = "Three NixOS hosts that share their units' tags and policies";

  inputs = {
    nixpkgs.url = "github:nixos/nixpkgs/nixos-unstable";
    # Wherever you have it from.
    hyper-nixos.url = "git+https://example.org/hyper-nixos.git";
    hyper-nixos.inputs.nixpkgs.follows = "nixpkgs";
  };

  outputs =
    { nixpkgs, hyper-nixos, ... }:
    let
      inherit (nixpkgs) lib;
      host =
        name:
        lib.nixosSystem {
          modules = [
            hyper-nixos.nixosModules.default
            ./common.nix
            (./hosts + "/${name}.nix")
            { networking.hostName = name; }
          ];
        };
    in
    {
      nixosConfigurations = lib.genAttrs [
        "alpha"
        "beta"
        "gamma"
      ] host;
    };
}
