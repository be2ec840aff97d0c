# A host of a template, as data. Its guests are NixOS systems, which are not made
# here: their configurations are taken as they come.
{
  modules,
  lib ? import ../../nix/lib,
}:
import ./host.nix {
  inherit lib;
  modules = modules ++ [
    {
      options.nixpkgs.hostPlatform = lib.mkOption { type = lib.types.str; };
      config.hypervisor.guestSystem =
        { modules }:
        lib.evalModules {
          class = "nixos";
          modules = modules ++ [ ./guest-stand-in.nix ];
        };
    }
  ];
}
