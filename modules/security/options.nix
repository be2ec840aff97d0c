# Who may do what.
{ lib, ... }:
let
  inherit (lib) mkOption types;
  access = import ./access.nix { inherit lib; };
in
{
  options.hypervisor.security = {
    capabilities = mkOption {
      type = access;
      default = { };
      example = {
        web-operator.resources.compute = {
          control = true;
          console = true;
          limits.maxUnits = 10;
        };
      };
      description = ''
        Capabilities by name: what may be done to what. Beside them, `principals` says who has
        which, `defaults` what holds for all, `zeroTrust` how access is verified.
      '';
    };
  };
}
