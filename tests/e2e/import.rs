//! `hypernix import` of what runs on the host: the plan of what it writes only takes over, a guest that ran before runs
//! on, and a container keeps its data, its name and its settings.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::site::{Site, changes};

/// Imports, and gives the file that was written.
#[track_caller]
fn import(site: &Site, from: &str, names: &[&str]) -> PathBuf {
    let file = site.dir().join("host.nix");
    let path = file.to_string_lossy().into_owned();
    let mut args = vec!["import", "--from", from, "--output", &path];
    names.iter().for_each(|name| args.extend(["--only", name]));
    site.hypernix(&args).succeeded();
    file
}

/// Plans a file that was imported, applies it, and expects that nothing is left to do. The plan's changes.
#[track_caller]
fn take_over(site: &Site, file: &Path) -> Vec<String> {
    let path = file.to_string_lossy();
    site.hypernix(&["check", &path]).succeeded();
    let plan: Value = site.hypernix(&["plan", "--json", &path]).succeeded().json();
    site.hypernix(&["apply", "--yes", &path]).succeeded();
    let again: Value = site.hypernix(&["plan", "--json", &path]).succeeded().json();
    assert_eq!(again["steps"].as_array().map(Vec::len), Some(0), "{again:#}");
    changes(&plan).collect()
}

const DOMAIN: &str = "<domain type='qemu'><name>@-hand</name><memory unit='MiB'>96</memory><vcpu>1</vcpu>\
     <os><type arch='x86_64' machine='q35'>hvm</type><kernel>TINY/vmlinuz</kernel><initrd>TINY/initrd</initrd>\
     <cmdline>console=ttyS0</cmdline></os><features><acpi/></features><devices>\
     <disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='/var/lib/hypervisor/test/@/pool/data.qcow2'/>\
     <target dev='vda' bus='virtio'/></disk>\
     <interface type='user'><model type='virtio'/></interface><interface type='user'><model type='virtio'/></interface>\
     <serial type='pty'/></devices></domain>";

#[test]
fn a_guest_made_by_hand_is_imported_and_taken_over_while_it_runs() {
    let site = Site::new("imp");
    let pool = site.dir().join("pool");
    std::fs::create_dir_all(&pool).expect("the directory can be made");
    site.virsh(&["pool-define-as", "@-pool", "dir", "--target", &pool.to_string_lossy()]).succeeded();
    site.virsh(&["pool-start", "@-pool"]).succeeded();
    site.virsh(&["vol-create-as", "@-pool", "data.qcow2", "64M", "--format", "qcow2"]).succeeded();
    let document = site.dir().join("hand.xml");
    std::fs::write(&document, site.fill(DOMAIN)).expect("the state directory is writable");
    site.virsh(&["define", &document.to_string_lossy()]).succeeded();
    site.virsh(&["start", "@-hand"]).succeeded();
    let started = site.virsh(&["domid", "@-hand"]).succeeded().stdout;

    let file = import(&site, "libvirt", &["@-hand"]);
    let adopted = take_over(&site, &file);
    // What every guest of ours has, a source of random numbers and serials of disks, waits for the next cold start.
    let disturbs = |line: &&String| !line.ends_with(" adopt none") && !line.ends_with(" adopt next-boot");
    let disturbing: Vec<_> = adopted.iter().filter(disturbs).collect();
    assert!(disturbing.is_empty() && !adopted.is_empty(), "{adopted:?}");
    assert_eq!(site.virsh(&["domid", "@-hand"]).succeeded().stdout, started, "it was restarted");
    let macs = site.virsh(&["dumpxml", "@-hand"]).succeeded().stdout;
    assert_eq!(macs.matches("<mac address=").count(), 2, "{macs}");
}

/// The engine cannot add our label to a container that is there, so it is made anew; all else stays.
#[test]
fn a_container_made_by_hand_is_imported_with_its_network_and_its_data() {
    let site = Site::new("impc");
    let rootfs = site.fill("TINY/rootfs.tar");
    site.docker(&["import", &rootfs, "hypernix/@-hand:1"]).succeeded();
    site.docker(&["network", "create", "--subnet", "172.31.241.0/24", "@-net"]).succeeded();
    site.docker(&["volume", "create", "@-data"]).succeeded();
    let script = "echo kept >/data/file; trap 'exit 0' TERM; while :; do sleep 1; done";
    let settings = ["--network", "@-net", "--memory", "64m", "--cpus", "0.5", "-e", "GREETING=hello"];
    let mut run = vec!["run", "-d", "--name", "@-hand", "-v", "@-data:/data", "-p", "127.0.0.1:18971:8080"];
    run.extend(settings);
    run.extend(["hypernix/@-hand:1", "/bin/sh", "-c", script]);
    site.docker(&run).succeeded();
    let told = "{{.Config.Env}} {{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.PortBindings}}";
    let settings = || site.docker(&["inspect", "--format", told, "@-hand"]).succeeded().stdout;
    let before = settings();

    let file = import(&site, "docker", &["@-hand"]);
    let adopted = take_over(&site, &file);
    let expected = [
        "docker-network/e2e-impc-net adopt none",
        "docker-volume/e2e-impc-data adopt none",
        "container/e2e-impc-hand adopt recreate",
    ];
    assert_eq!(adopted, expected);
    assert_eq!(settings(), before);
    let kept = site.docker(&["exec", "@-hand", "cat", "/data/file"]).succeeded().stdout;
    assert_eq!(kept, "kept\n");
    site.docker(&["rm", "-f", "@-hand"]).succeeded();
    site.docker(&["network", "rm", "@-net"]).succeeded();
    site.docker(&["volume", "rm", "@-data"]).succeeded();
}

#[test]
fn importing_writes_nothing_about_what_is_managed_already() {
    let site = Site::new("impm");
    site.apply(
        r#"{ hypervisor.compute.units."@-box" = {
               features.isolation.type = "container";
               image.rootfs = "TINY/rootfs.tar";
               container.command = [ "/bin/sleep" "1d" ];
               shutdown.timeout = "1s";
             }; }"#,
    );
    let text = site.hypernix(&["import", "--from", "docker"]).succeeded().stdout;
    assert!(!text.contains("e2e-impm-box"), "{text}");
}
