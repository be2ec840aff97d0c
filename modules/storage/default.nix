{
  imports = [
    ./pools.nix
    ./volumes.nix
    ./tiers.nix
    ./classifications.nix
    ./fabric.nix
    ./asserts.nix
  ];
}
