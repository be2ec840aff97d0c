# libvirt, and Docker where something needs it; neither is restarted by a switch,
# as that would take guests and containers along.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  inherit (lib)
    any
    attrByPath
    attrValues
    concatMap
    elem
    filter
    genAttrs
    mkDefault
    mkIf
    ;
  cfg = config.hypervisor;
  units = attrValues cfg.compute.units;

  # Who wins among tags and policies is settled later, by `hypernix`: a container
  # that only might be one brings Docker too.
  policies = filter (policy: any (unit: elem policy.name unit.policies) units) (
    attrValues cfg.compute.policies
  );
  instances = map (instance: instance.placement) (attrValues cfg.composition.instances);
  listed =
    concatMap (from: from.tags) (units ++ policies ++ instances) ++ cfg.compute.defaults.defaultTags;
  tags = filter (tag: elem tag.name listed) (attrValues cfg.compute.tags);
  settings =
    units
    ++ map (tag: tag.values) tags
    ++ map (policy: policy.defaults) policies
    ++ [ cfg.compute.defaults.unit ];

  isContainer =
    from:
    elem (attrByPath [ "features" "isolation" "type" ] null from) [
      "container"
      "kata"
    ];
  isDocker = object: object.backend == "docker";
  wantsDocker =
    any isContainer settings
    || any isDocker (attrValues cfg.networks ++ attrValues cfg.storage.volumes);

  sharesByVirtiofs =
    unit:
    (unit.guest != null && unit.guestStore == "virtiofs")
    || any (share: share.driver == "virtiofs") unit.filesystems;

  leftAlone = names: genAttrs names (_: { restartIfChanged = false; });
in
{
  config = mkIf cfg.enable {
    virtualisation.libvirtd = {
      enable = mkDefault true;
      # Which guests start with the host, and how they stop, is each unit's own
      # to say.
      onBoot = mkDefault "ignore";
      onShutdown = mkDefault "shutdown";
      qemu = {
        swtpm.enable = mkDefault true;
        vhostUserPackages = mkIf (any sharesByVirtiofs units) [ pkgs.virtiofsd ];
      };
    };
    virtualisation.docker = mkIf wantsDocker {
      enable = mkDefault true;
      liveRestore = mkDefault true;
    };
    systemd.services = lib.mkMerge [
      (mkIf config.virtualisation.libvirtd.enable (leftAlone [
        "libvirt-guests"
        "libvirtd"
        "virtlockd"
        "virtlogd"
      ]))
      (mkIf config.virtualisation.docker.enable (leftAlone [ "docker" ]))
    ];
  };
}
