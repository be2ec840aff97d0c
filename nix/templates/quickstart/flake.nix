{
  description = "A NixOS host with one virtual machine and one container";

  inputs = {
    nixpkgs.url = "github:nixos/nixpkgs/nixos-unstable";
    # Wherever you have it from.
    hyper-nixos.url = "git+https://example.org/hyper-nixos.git";
    hyper-nixos.inputs.nixpkgs.follows = "nixpkgs";
  };

  outputs =
    { nixpkgs, hyper-nixos, ... }:
    {
      nixosConfigurations.host = nixpkgs.lib.nixosSystem {
        modules = [
          hyper-nixos.nixosModules.default
          ./configuration.nix
          ./units.nix
        ];
      };
    };
}
