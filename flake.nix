{
  description = "Hyper-NixOS: virtual machines and containers, declared";

  # From the lock of microvm-nix/microvm.nix at 71beea0 (August 2026).
  inputs.nixpkgs.url = "github:nixos/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      inherit (nixpkgs) lib;
      systems = [
        "x86_64-linux"
        "aarch64-linux"
      ];
      eachSystem = make: lib.genAttrs systems (system: make nixpkgs.legacyPackages.${system});
      package = pkgs: pkgs.callPackage ./nix/package.nix { };
    in
    {
      packages = eachSystem (pkgs: rec {
        hypernix = package pkgs;
        docs = pkgs.callPackage ./nix/docs.nix { };
        default = hypernix;
      });

      apps = eachSystem (pkgs: rec {
        hypernix = {
          type = "app";
          program = lib.getExe self.packages.${pkgs.stdenv.hostPlatform.system}.hypernix;
          meta.description = "Virtual machines and containers, as a Nix file declares them";
        };
        default = hypernix;
      });

      overlays.default = final: _: { hypernix = package final; };

      nixosModules = rec {
        hypervisor.imports = [ ./modules/nixos ];
        default = hypervisor;
      };

      checks = eachSystem (pkgs: import ./nix/checks.nix { inherit nixpkgs pkgs; });
      devShells = eachSystem (pkgs: {
        default = pkgs.callPackage ./nix/devshell.nix { };
      });
      formatter = eachSystem (pkgs: pkgs.nixfmt-tree);

      templates = {
        quickstart = {
          path = ./nix/templates/quickstart;
          description = "A NixOS host with one virtual machine and one container";
        };
        cluster = {
          path = ./nix/templates/cluster;
          description = "Three NixOS hosts that share their units' tags and policies";
        };
        default = self.templates.quickstart;
      };

      # The manifest of a configuration, without NixOS around it.
      lib.evalHypervisor = { modules }: import ./nix/evaluate.nix { inherit lib modules; };
    };
}
