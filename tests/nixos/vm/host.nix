# The NixOS host that every example runs on.
{
  config,
  lib,
  pkgs,
  ...
}:
let
  tiny = import ./tiny.nix { inherit lib pkgs; };
  link = path: { "L+".argument = "${path}"; };
in
{
  imports = [ ../../../modules/nixos ];

  hypervisor.enable = true;

  virtualisation = {
    cores = 2;
    memorySize = 4096;
    diskSize = 8192;
    writableStore = true;
  };

  systemd.tmpfiles.settings."20-examples" = {
    "/var/lib/hypervisor/test/tiny/vmlinuz" = link tiny.kernel;
    "/var/lib/hypervisor/test/tiny/initrd" = link tiny.initrd;
    "/var/lib/hypervisor/test/tiny/rootfs.tar" = link tiny.rootfs;
    "/var/lib/images/debian-12.qcow2".C.argument = "${tiny.disk}";
    "/srv/nvme/volumes".d.mode = "0711";
  };

  # Images that would come from a registry are there before anything is applied.
  systemd.services.example-images = lib.mkIf config.virtualisation.docker.enable {
    description = "Container images of the examples";
    wantedBy = [ "multi-user.target" ];
    after = [ "docker.service" ];
    before = [
      "hypernix-apply.service"
      "hypernix.service"
    ];
    serviceConfig = {
      Type = "oneshot";
      RemainAfterExit = true;
      ExecStart = "${lib.getExe config.virtualisation.docker.package} load --input ${tiny.web}";
    };
  };
}
