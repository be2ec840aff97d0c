{
  imports = [
    ./options.nix
  ];
}
