//! What is not ours, or not asked for in words, is not touched.

use crate::site::{Site, changes};

const VM: &str = r#"{
  hypervisor.storage.pools."@-pool".path = "/var/lib/hypervisor/test/@/pool";
  hypervisor.compute.units."@-vm" = {
    resources.memory.size = "96Mi"; state = "stopped";
    boot = { kernel = "TINY/vmlinuz"; initrd = "TINY/initrd"; cmdline = "console=ttyS0 quiet"; };
    storage = [ { name = "data"; size = "32Mi"; pool = "@-pool"; } ];
  };
}"#;

#[test]
fn a_hand_made_domain_is_listed_and_never_touched() {
    let site = Site::new("hand");
    let xml = site.fill(
        "<domain type='qemu'><name>@-byhand</name><memory unit='MiB'>64</memory><os><type>hvm</type></os></domain>",
    );
    let file = std::env::temp_dir().join("e2e-hand.xml");
    std::fs::write(&file, xml).expect("the temporary directory is writable");
    site.virsh(&["define", &file.to_string_lossy()]).succeeded();
    let before = site.virsh(&["dumpxml", "--inactive", "@-byhand"]).succeeded().stdout;

    let plan = site.plan(VM);
    let unmanaged = plan["unmanaged"].to_string();
    assert!(unmanaged.contains("domain/e2e-hand-byhand"), "{unmanaged}");
    site.apply(VM);
    site.apply(r#"{ hypervisor.storage.pools."@-pool".path = "/var/lib/hypervisor/test/@/pool"; }"#);
    assert_eq!(site.virsh(&["dumpxml", "--inactive", "@-byhand"]).succeeded().stdout, before);

    let clash = VM.replace("@-vm", "@-byhand");
    let file = site.write(&clash);
    let said = site.refused(&["plan", &file.to_string_lossy()]);
    assert!(said.contains("e2e-hand-byhand") && said.contains("adopt"), "{said}");
    assert_eq!(site.virsh(&["dumpxml", "--inactive", "@-byhand"]).succeeded().stdout, before);
}

#[test]
fn removing_a_unit_keeps_its_disk_unless_destruction_is_asked_for() {
    let site = Site::new("keep");
    site.apply(VM);
    let without = r#"{ hypervisor.storage.pools."@-pool".path = "/var/lib/hypervisor/test/@/pool"; }"#;
    let file = site.write(without);
    let file = file.to_string_lossy();
    let removed: Vec<_> = changes(&site.hypernix(&["plan", "--json", "--prune", &file]).succeeded().json()).collect();
    assert!(removed.iter().any(|line| line.starts_with("domain/e2e-keep-vm remove")), "{removed:?}");
    assert!(!removed.iter().any(|line| line.contains("destroy")), "{removed:?}");
    site.hypernix(&["apply", "--yes", "--prune", &file]).succeeded();
    assert!(!site.virsh(&["list", "--all", "--name"]).stdout.contains("e2e-keep-vm"));
    let volumes = site.virsh(&["vol-list", "@-pool"]).succeeded().stdout;
    assert!(volumes.contains("e2e-keep-vm-data"), "the disk was destroyed: {volumes}");
}

#[test]
fn a_saved_plan_is_applied_exactly_and_refused_when_the_world_has_moved() {
    let site = Site::new("saved");
    site.apply(VM);
    let file = site.write(&VM.replace("96Mi", "112Mi"));
    let saved = format!("{}.plan", file.display());
    site.hypernix(&["plan", "--out", &saved, &file.to_string_lossy()]).succeeded();
    site.virsh(&["setvcpus", "@-vm", "1", "--config", "--maximum"]).succeeded();
    site.virsh(&["desc", "@-vm", "--config", "--title", "--new-desc", "somebody was here"]).succeeded();
    let said = site.refused(&["apply", "--yes", &saved]);
    assert!(said.contains("domain/e2e-saved-vm"), "it does not name what moved: {said}");

    site.hypernix(&["plan", "--out", &saved, &file.to_string_lossy()]).succeeded();
    site.hypernix(&["apply", "--yes", &saved]).succeeded();
    let xml = site.virsh(&["dumpxml", "--inactive", "@-vm"]).succeeded().stdout;
    assert!(xml.contains("<memory unit='KiB'>114688</memory>"), "{xml}");
}

#[test]
fn a_volume_is_never_shrunk() {
    let site = Site::new("shrink");
    site.apply(VM);
    let file = site.write(&VM.replace("32Mi", "16Mi"));
    let said = site.refused(&["apply", "--yes", &file.to_string_lossy()]);
    assert!(said.contains("smaller"), "{said}");
    let info = site.virsh(&["vol-info", "--bytes", "--pool", "@-pool", "@-vm-data"]).succeeded().stdout;
    assert!(info.contains("33554432"), "{info}");
}

#[test]
fn with_libvirt_down_the_containers_are_applied_when_asked_for_a_part() {
    let site = Site::new("partial");
    let host = VM.trim_end().strip_suffix('}').expect("the configuration is an attribute set").to_owned()
        + r#"
  hypervisor.compute.units."@-c" = {
    features.isolation.type = "container"; image.rootfs = "TINY/rootfs.tar";
    container.command = [ "/bin/sleep" "1000000" ]; shutdown.timeout = "0s";
  };
}"#;
    let file = site.write(&host);
    let file = file.to_string_lossy();
    let nowhere = "qemu+unix:///system?socket=/nowhere/libvirt-sock";
    let said = site.refused(&["--connect", nowhere, "apply", "--yes", &file]);
    assert!(said.contains("--partial"), "{said}");
    assert!(!site.docker(&["ps", "--format", "{{.Names}}"]).stdout.contains("e2e-partial-c"));
    site.hypernix(&["--connect", nowhere, "apply", "--yes", "--partial", &file]).succeeded();
    assert!(site.docker(&["ps", "--format", "{{.Names}}"]).stdout.contains("e2e-partial-c"));
}
