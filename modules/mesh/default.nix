{
  imports = [
    ./consensus.nix
    ./coordination.nix
    ./node.nix
    ./topology.nix
  ];
}
