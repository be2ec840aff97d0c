# The policies we ship. Each is a default: a definition of the same policy
# replaces it.
{ lib, ... }:
{
  hypervisor.compute.policies = lib.mapAttrs (_: policy: lib.mapAttrs (_: lib.mkDefault) policy) {
    production = {
      description = "Units that others rely on";
      tags = [ "production" ];
      defaults = {
        update.onChange = "live-or-stage";
        shutdown.timeout = "3m";
      };
    };
    web-tier = {
      description = "Servers that answer requests";
      defaults = {
        labels.tier = "frontend";
        shutdown.timeout = "30s";
      };
    };
  };
}
