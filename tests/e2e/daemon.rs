//! The daemon over real libvirt and Docker, asked over its real sockets.

mod docs;
mod drift;
mod graphql;
mod handover;
mod life;
mod socket;
mod systemd;

use crate::site::Site;

/// A VM that heals, a VM whose drift is only reported, and a container.
const HOST: &str = r#"{
  hypervisor.compute.units."@-vm" = {
    labels = { environment = "production"; name = "web-server"; };
    tags = [ "web" "nginx" ];
    resources.compute.units = 100;
    resources.memory.size = "96Mi";
    boot = { kernel = "TINY/vmlinuz"; initrd = "TINY/initrd"; cmdline = "console=ttyS0 quiet"; };
    shutdown.timeout = "2s";
  };
  hypervisor.compute.units."@-shown" = {
    description = "as declared";
    resources.memory.size = "96Mi";
    boot = { kernel = "TINY/vmlinuz"; initrd = "TINY/initrd"; cmdline = "console=ttyS0 quiet"; };
    update.drift = "report";
    shutdown.timeout = "2s";
  };
  hypervisor.compute.units."@-c" = {
    features.isolation.type = "container";
    resources.memory.size = "32Mi";
    image.rootfs = "TINY/rootfs.tar";
    container.command = [ "/bin/sleep" "1000000" ];
    dependsOn = [ "@-vm" ];
    shutdown.timeout = "0s";
  };
}"#;

/// The process of a running VM.
fn process_of(site: &Site, domain: &str) -> String {
    let name = site.fill(domain);
    let path = format!("/run/libvirt/qemu/{name}.pid");
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}")).trim().to_owned()
}
