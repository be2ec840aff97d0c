# A guest declared in place. What NixOS would make of it is stood in for: tests
# have no NixOS to make it of.
{ lib, ... }:
{
  hypervisor = {
    enable = true;
    guestSystem =
      { modules }:
      lib.evalModules {
        class = "nixos";
        modules = modules ++ [ ../guest-stand-in.nix ];
      };
    compute.units.web = {
      resources.memory.size = "1Gi";
      guestStore = "virtiofs";
      guest = {
        networking.hostName = "www";
        services.nginx.enable = true;
      };
      filesystems = [
        {
          name = "pages";
          source = "/srv/pages";
          target = "pages";
        }
      ];
    };
  };
}
