# Options of one's own, one renamed, and units made from them.
{
  config,
  lib,
  ...
}:
{
  imports = [
    (lib.mkRenamedOptionModule
      [
        "lab"
        "machines"
      ]
      [
        "lab"
        "count"
      ]
    )
    ./parts/disabled.nix
  ];
  disabledModules = [ ./parts/disabled.nix ];

  options.lab.count = lib.mkOption {
    type = lib.types.ints.positive;
    default = 1;
  };

  config = {
    lab.machines = 2;
    hypervisor.compute.units = lib.listToAttrs (
      lib.genList (
        n: lib.nameValuePair "lab-${toString n}" { labels.number = toString n; }
      ) config.lab.count
    );
  };
}
