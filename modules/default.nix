# Hyper-NixOS: the `hypervisor.*` options. The same files serve NixOS and a host
# that has no Nix, where ../nix/evaluate.nix evaluates them.
{
  _class = "nixos";
  imports = [
    ./enable.nix
    ./host
    ./compute
    ./composition
    ./networks
    ./storage
    ./mesh
    ./security
    ./backup
    ./monitoring
    ./api
    ./interop
    ./declared.nix
  ];
}
