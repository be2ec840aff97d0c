{
  hypervisor.compute.units.web = {
    features.isolation.type = "container";
    image.rootfs = "/var/lib/hypervisor/test/tiny/rootfs.tar";
    container.command = [
      "/bin/httpd"
      "-f"
      "-h"
      "/srv"
    ];
  };
}
