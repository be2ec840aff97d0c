{
  imports = [
    ./fabric.nix
    ./repositories.nix
    ./sources.nix
  ];
}
