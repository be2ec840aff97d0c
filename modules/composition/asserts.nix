{ config, lib, ... }:
let
  inherit (lib) concatLists mapAttrsToList;
  cfg = config.hypervisor;

  perBlueprint =
    name: blueprint:
    let
      nameOf = c: if c.alias == null then c.component else c.alias;
      twice = lib.filterAttrs (_: same: lib.length same > 1) (lib.groupBy nameOf blueprint.components);
    in
    map (component: {
      assertion = false;
      message = "hypervisor.composition.blueprints.${name}.components: `${component}' is there twice. Give one of them an `alias'.";
    }) (lib.attrNames twice);
in
{
  config = lib.mkIf cfg.enable {
    assertions = concatLists (mapAttrsToList perBlueprint cfg.composition.blueprints);
  };
}
