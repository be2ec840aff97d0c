# What `hypervisor.*` means on NixOS: backends, the manifest in the system, the
# checks and the apply of a switch, and the daemon.
{
  _class = "nixos";
  imports = [
    ../default.nix
    ./access.nix
    ./activation.nix
    ./backends.nix
    ./guests.nix
    ./manifest.nix
    ./service
  ];
}
