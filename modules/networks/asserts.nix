{ config, lib, ... }:
let
  inherit (lib) concatLists mapAttrsToList optional;
  cfg = config.hypervisor;

  fail = message: {
    assertion = false;
    inherit message;
  };

  perNetwork =
    name: network:
    let
      at = "hypervisor.networks.${name}";
    in
    optional (network.backend == "libvirt" && network.mode == "bridge" && network.bridge == null) (
      fail "${at}.mode is `bridge', so say which bridge of the host to join. Set `bridge'."
    )
    ++ optional (network.backend == "docker" && network.ipv4 != null) (
      fail "${at}.ipv4 is for libvirt networks. Set `subnet' and `gateway' for Docker, or `backend = \"libvirt\"'."
    )
    ++ optional (
      network.ipv4 != null && (network.ipv4.dhcp.start == null) != (network.ipv4.dhcp.end == null)
    ) (fail "${at}.ipv4.dhcp: set both `start' and `end', or neither.");
in
{
  config = lib.mkIf cfg.enable {
    assertions = concatLists (mapAttrsToList perNetwork cfg.networks);
  };
}
