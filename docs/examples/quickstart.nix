# A virtual machine and a container. `tests/setup` makes the files under
# /var/lib/hypervisor/test/tiny: a kernel with a small RAM disk, and the root
# file system of a static busybox.
let
  tiny = "/var/lib/hypervisor/test/tiny";
in
{
  hypervisor.compute.units = {
    tiny-vm = {
      description = "Boots a kernel directly, in a few seconds even without KVM";
      resources.memory.size = "128Mi";
      boot = {
        kernel = "${tiny}/vmlinuz";
        initrd = "${tiny}/initrd";
        cmdline = "console=ttyS0 quiet";
      };
      # A volume in the default pool, which needs no declaration.
      storage = [
        {
          name = "data";
          size = "64Mi";
        }
      ];
      # `user` is a network of QEMU's own: nothing is set up on the host.
      network = [
        {
          name = "lan";
          capability = "user";
        }
      ];
    };

    tiny-web = {
      description = "Serves a page on http://127.0.0.1:8080/";
      features.isolation.type = "container";
      resources.memory.size = "64Mi";
      # busybox's httpd does not listen to the signal that asks it to stop.
      shutdown.timeout = "2s";
      image.rootfs = "${tiny}/rootfs.tar";
      container = {
        command = [
          "/bin/httpd"
          "-f"
          "-p"
          "8080"
          "-h"
          "/srv"
        ];
        ports = [ "127.0.0.1:8080:8080" ];
      };
      lifecycle.healthCheck = {
        type = "http";
        config.url = "http://127.0.0.1:8080/index.html";
        interval = "5s";
      };
    };
  };
}
