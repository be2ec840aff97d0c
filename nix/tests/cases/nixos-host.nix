# The configuration of a NixOS host: what is not ours is left alone, unevaluated.
{ config, pkgs, ... }:
{
  networking.hostName = "host";
  environment.systemPackages = [ pkgs.vim ];
  services.nginx.enable = throw "never looked at";
  hypervisor.compute.units.web.description = "on ${config.networking.hostName}";
}
