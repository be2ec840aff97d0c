# What no single option can check.
{ config, lib, ... }:
let
  inherit (lib)
    concatLists
    concatMap
    mapAttrsToList
    optional
    ;
  cfg = config.hypervisor;

  fail = message: {
    assertion = false;
    inherit message;
  };

  # Names that are there more than once.
  twice =
    items:
    if lib.length items < 2 then
      [ ]
    else
      lib.attrNames (
        lib.filterAttrs (_: same: lib.length same > 1) (lib.groupBy (item: item.name) items)
      );

  perUnit =
    name: unit:
    let
      at = "hypervisor.compute.units.${name}";
      repeated =
        list:
        map (item: fail "${at}.${list}: two entries are called `${item}'. Give each a `name' of its own.") (
          twice unit.${list}
        );
      disk =
        d:
        optional (d.size == null && d.volume == null && d.path == null) (
          fail "${at}.storage, `${d.name}': a disk needs a capacity. Set `size', or name an existing volume with `volume'."
        )
        ++ optional (d.volume != null && d.pool != null) (
          fail "${at}.storage, `${d.name}': `volume' already says which pool. Remove `pool'."
        );
    in
    repeated "storage"
    ++ repeated "network"
    ++ concatMap disk unit.storage
    ++ optional (lib.elem name unit.dependsOn) (
      fail "${at}.dependsOn names the unit itself. Remove `${name}'."
    );
in
{
  config = lib.mkIf cfg.enable {
    assertions = concatLists (mapAttrsToList perUnit cfg.compute.units);
  };
}
