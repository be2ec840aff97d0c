{
  imports = [
    ./package.nix
    ./daemon.nix
    ./activation.nix
    ./asserts.nix
  ];
}
