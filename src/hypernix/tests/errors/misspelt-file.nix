(import ./imported/unti.nix).name
