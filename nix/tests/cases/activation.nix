# What of a NixOS host's own settings the program is told.
{ pkgs, ... }:
{
  hypervisor = {
    package = pkgs.hypernix;
    daemon.settings.resync = "1h";
    activation = {
      apply = false;
      confirmWithin = "5m";
      rollbackOnFailure = true;
    };
  };
}
