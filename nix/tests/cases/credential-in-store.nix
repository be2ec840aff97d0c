{
  hypervisor.daemon = {
    credentials.token = "/nix/store/00000000000000000000000000000000-token";
    openFirewall = true;
  };
}
