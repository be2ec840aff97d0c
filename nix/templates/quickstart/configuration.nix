# The host itself. Bring your own: `nixos-generate-config` writes file systems
# and boot loader for the machine at hand.
{
  imports = [
    # ./hardware-configuration.nix
  ];

  nixpkgs.hostPlatform = "x86_64-linux";
  networking.hostName = "host";
  system.stateVersion = "26.05";

  # Members may use `hypernix` and virsh without being root.
  users.users.me = {
    isNormalUser = true;
    extraGroups = [ "hypervisor" ];
  };
}
