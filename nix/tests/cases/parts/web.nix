{ lib, ... }:
{
  hypervisor.compute.units.web = {
    lifecycle.preStart = "second";
    shutdown.timeout = lib.mkDefault "5s";
  };
}
