# Two hosts and a flake that both use. `hypernix plan docs/examples/flake#web`.
{
  description = "Hosts that share the sizes of their units";

  inputs.sizes.url = "path:./sizes";

  outputs =
    { self, sizes }:
    {
      # A module: it is evaluated with the options of the hypernix that reads it.
      hypervisorConfigurations.web = {
        imports = [ ./hosts/web.nix ];
        hypervisor.compute.units.web.resources.memory.size = sizes.small;
      };

      # Or several.
      hypervisorConfigurations.db = [
        ./hosts/db.nix
        { hypervisor.compute.units.db.resources.memory.size = sizes.large; }
      ];
    };
}
