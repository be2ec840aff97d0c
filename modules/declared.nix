# Groups that are accepted, checked and passed on, but that nothing acts upon
# yet: a warning each, where something is set.
{
  config,
  lib,
  options,
  ...
}:
let
  setIn = import ./explicit.nix { inherit lib; };
  own = options.hypervisor;
  set = config.hypervisor.declared;

  # Of storage, pools and volumes do work.
  concerned =
    group:
    if group == "storage" then
      lib.concatMapStringsSep ", " (name: "hypervisor.storage.${name}") (lib.attrNames set.storage)
    else
      "hypervisor.${group}";
in
{
  options.hypervisor = {
    declared = lib.mkOption {
      type = lib.types.attrsOf lib.types.raw;
      internal = true;
      readOnly = true;
      description = "What is set of the groups that nothing acts upon yet.";
    };
    remarks = lib.mkOption {
      type = lib.types.listOf lib.types.str;
      internal = true;
      default = [ ];
      description = "Of the host's warnings, those that are about `hypervisor`.";
    };
  };
  config = {
    hypervisor.declared = setIn {
      inherit (own)
        api
        backup
        interop
        mesh
        monitoring
        security
        ;
      storage = {
        inherit (own.storage)
          classifications
          defaultTier
          fabric
          tiers
          ;
      };
    };
    warnings = config.hypervisor.remarks;
    hypervisor.remarks = map (
      group:
      "${concerned group}: declared but not yet effective: checked and passed on, without changing anything."
    ) (lib.attrNames set);
  };
}
