{
  imports = [
    ./options.nix
    ./asserts.nix
  ];
}
