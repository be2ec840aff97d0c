{
  imports = [
    ./components.nix
    ./blueprints.nix
    ./instances.nix
    ./asserts.nix
  ];
}
