//! Changes behind our back are named as such, and undone.

use crate::site::{Site, changes};

#[test]
fn memory_and_disks_changed_with_virsh_are_drift_and_are_healed() {
    let site = Site::new("drift");
    let host = r#"{
  hypervisor.storage.pools."@-pool".path = "/var/lib/hypervisor/test/@/pool";
  hypervisor.compute.units."@-vm" = {
    resources.memory.size = "192Mi";
    boot = { kernel = "TINY/vmlinuz"; initrd = "TINY/initrd"; cmdline = "console=ttyS0 quiet"; };
    storage = [ { name = "data"; size = "32Mi"; pool = "@-pool"; } ];
  };
}"#;
    site.apply(host);
    site.await_console("@-vm", "tiny guest is ready");

    site.virsh(&["setmem", "@-vm", "131072", "--live", "--config"]).succeeded();
    let drift: Vec<_> = changes(&site.plan(host)).collect();
    assert_eq!(drift, ["domain/e2e-drift-vm drift live"]);
    site.apply(host);
    site.assert_settled(host);
    let info = site.virsh(&["dumpxml", "--inactive", "@-vm"]).succeeded().stdout;
    assert!(info.contains("<currentMemory unit='KiB'>196608</currentMemory>"), "{info}");

    site.virsh(&["detach-disk", "@-vm", "vda", "--live", "--config"]).succeeded();
    let drift: Vec<_> = changes(&site.plan(host)).collect();
    assert_eq!(drift, ["domain/e2e-drift-vm drift live"]);
    site.apply(host);
    site.assert_settled(host);
    let disks = site.virsh(&["domblklist", "@-vm"]).succeeded().stdout;
    assert!(disks.contains("vda"), "{disks}");
}

#[test]
fn a_limit_changed_with_docker_update_is_drift_and_is_healed_in_place() {
    let site = Site::new("ddrift");
    let host = r#"{
  hypervisor.compute.units."@-c" = {
    features.isolation.type = "container";
    resources.memory.size = "32Mi";
    image.rootfs = "TINY/rootfs.tar";
    container.command = [ "/bin/sleep" "1000000" ];
    shutdown.timeout = "0s";
  };
}"#;
    site.apply(host);
    let id = site.docker(&["inspect", "-f", "{{.Id}}", "@-c"]).succeeded().stdout;
    site.docker(&["update", "--memory", "64m", "--memory-swap", "128m", "@-c"]).succeeded();
    let drift: Vec<_> = changes(&site.plan(host)).collect();
    assert_eq!(drift, ["container/e2e-ddrift-c drift live"]);
    site.apply(host);
    site.assert_settled(host);
    assert_eq!(site.docker(&["inspect", "-f", "{{.HostConfig.Memory}}", "@-c"]).succeeded().stdout.trim(), "33554432");
    assert_eq!(site.docker(&["inspect", "-f", "{{.Id}}", "@-c"]).succeeded().stdout, id);
}

#[test]
fn a_stopped_unit_that_should_run_is_started_again() {
    let site = Site::new("power");
    let host = r#"{
  hypervisor.compute.units."@-vm" = {
    resources.memory.size = "96Mi";
    boot = { kernel = "TINY/vmlinuz"; initrd = "TINY/initrd"; cmdline = "console=ttyS0 quiet"; };
  };
}"#;
    site.apply(host);
    site.virsh(&["destroy", "@-vm"]).succeeded();
    let drift: Vec<_> = changes(&site.plan(host)).collect();
    assert_eq!(drift, ["domain/e2e-power-vm start none"]);
    site.apply(host);
    assert_eq!(site.virsh(&["domstate", "@-vm"]).succeeded().stdout.trim(), "running");
}
