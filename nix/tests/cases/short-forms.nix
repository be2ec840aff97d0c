# What has a short form comes out whole.
{
  hypervisor.compute.units.web = {
    image = "/srv/debian.qcow2";
    boot.kernel = /boot/vmlinuz;
    container = {
      ports = [
        "8080:80"
        "127.0.0.1:53:53/udp"
        "443"
        { container = 22; }
      ];
      volumes = [
        "data:/data"
        "/etc/ssl:/etc/ssl:ro"
      ];
    };
  };
  hypervisor.storage.volumes.disk.image.source = "/srv/debian.qcow2";
}
