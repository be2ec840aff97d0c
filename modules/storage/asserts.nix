{ config, lib, ... }:
let
  inherit (lib)
    concatLists
    hasPrefix
    mapAttrsToList
    optional
    ;
  cfg = config.hypervisor;

  fail = message: {
    assertion = false;
    inherit message;
  };

  isRemote = source: source != null && (hasPrefix "http://" source || hasPrefix "https://" source);
  unhashed = image: image != null && isRemote image.source && image.hash == null;

  perVolume =
    name: volume:
    let
      at = "hypervisor.storage.volumes.${name}";
    in
    optional (volume.backend == "libvirt" && volume.size == null && volume.image == null) (
      fail "${at}: a volume needs a capacity. Set `size', or an `image' whose capacity to take."
    )
    ++ optional (unhashed volume.image) (
      fail "${at}.image: a file from the network needs a hash. Set `image.hash'."
    );

  perUnit =
    name: unit:
    optional (unhashed unit.image) (
      fail "hypervisor.compute.units.${name}.image: a file from the network needs a hash. Set `image.hash'."
    );
in
{
  config = lib.mkIf cfg.enable {
    assertions =
      concatLists (mapAttrsToList perVolume cfg.storage.volumes)
      ++ concatLists (mapAttrsToList perUnit cfg.compute.units);
  };
}
