{
  imports = [
    ./models.nix
    ./prediction.nix
    ./rules.nix
    ./settings.nix
  ];
}
