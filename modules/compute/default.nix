{
  imports = [
    ./options.nix
    ./defaults.nix
    ./tags.nix
    ./policies.nix
    ./asserts.nix
  ];
}
