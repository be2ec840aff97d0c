//! What the owner should know though nothing is wrong.

use expect_test::expect;
use model::Bytes;

use super::notes;
use crate::tests::support::{desired, good, host};

#[test]
fn emulation_is_noted_once_and_not_for_each_unit() {
    let nix = r#"{
      hypervisor.compute.units = {
        a1 = { image = "/a.qcow2"; resources.compute.architecture = "aarch64"; };
        b1 = { image = "/a.qcow2"; resources.compute.architecture = "aarch64"; };
        c1.image = "/a.qcow2";
      };
    }"#;
    expect![[r#"
        this host is x86_64, so these aarch64 VMs are emulated, which is slow: `a1`, `b1`
    "#]]
    .assert_eq(&notes(nix));
    let mut host = host();
    host.host.kvm.clear();
    let without_kvm = good(nix).lower(&host).expect("it is good");
    expect![[r#"
        this host is x86_64, so these aarch64 VMs are emulated, which is slow: `a1`, `b1`
        KVM does not run guests on this host, so these VMs are emulated, which is slow: `c1`
    "#]]
    .assert_eq(&without_kvm.notes.iter().map(|note| format!("{}\n", note.text)).collect::<String>());
}

#[test]
fn more_memory_than_the_host_has_is_noted() {
    let nix = r#"{ hypervisor.compute.units.web = { image = "/a.qcow2"; resources.memory.size = "9Gi"; }; }"#;
    expect![[r#"
        the unit `web` has 9 GiB of memory, and the host has 8 GiB: it may be killed
    "#]]
    .assert_eq(&notes(nix));
}

#[test]
fn the_memory_of_the_host_is_told_in_round_numbers_below_it() {
    let mut host = host();
    host.host.memory = Bytes::new(24_684_096 << 10);
    let note = |size: &str| {
        let nix = r#"{ hypervisor.compute.units.web = { image = "/a.qcow2"; resources.memory.size = "SIZE"; }; }"#;
        let desired = good(&nix.replace("SIZE", size)).lower(&host).expect("it is good");
        format!("{}\n", desired.notes[0].text)
    };
    expect![[r#"
        the unit `web` has 900 GiB of memory, and the host has 23.5 GiB: it may be killed
        the unit `web` has 24 GiB of memory, and the host has 23.5 GiB: it may be killed
    "#]]
    .assert_eq(&(note("900Gi") + &note("24Gi")));
}

#[test]
fn vms_that_have_more_memory_than_the_host_together_are_noted() {
    let nix = r#"{
      hypervisor.compute.units = {
        a1 = { image = "/a.qcow2"; resources.memory.size = "5Gi"; };
        b1 = { image = "/a.qcow2"; resources.memory.size = "4Gi"; };
        c1 = { image = "/a.qcow2"; resources.memory.size = "4Gi"; state = "stopped"; };
      };
    }"#;
    expect![[r#"
        the VMs that are to run have 9 GiB of memory together, and the host has 8 GiB
    "#]]
    .assert_eq(&notes(nix));
}

#[test]
fn marker_tags_and_groups_without_an_engine_are_noted() {
    let nix = r#"{
      hypervisor.mesh.topology.mode = "partial-mesh";
      hypervisor.compute.units = {
        a1 = { image = "/a.qcow2"; tags = [ "team-red" "prodction" ]; };
        b1 = { image = "/a.qcow2"; tags = [ "team-red" ]; };
      };
    }"#;
    expect![[r#"
        the tag `prodction` has no definition (did you mean `production`?): it only marks `a1`
        the tag `team-red` has no definition: it only marks `a1`, `b1`
        hypervisor.mesh: declared but not yet effective: checked and passed on, without changing anything.
    "#]]
    .assert_eq(&notes(nix));
}

#[test]
fn nothing_is_declared_where_the_product_is_off() {
    let nix = r#"{ hypervisor.enable = false; hypervisor.compute.units.web.image = "/a.qcow2"; }"#;
    let desired = desired(nix);
    assert!(desired.resources.is_empty());
    assert_eq!(desired.notes[0].text, "`hypervisor.enable` is false: nothing is declared");
}

#[test]
fn what_a_unit_sets_and_its_kind_has_no_use_for_is_noted() {
    let nix = r#"{
      hypervisor.compute.tags.both = { category = "performance"; values = { tpm = true; container.init = true; }; };
      hypervisor.compute.units = {
        web = { image = "/a.qcow2"; container.ports = [ "80:80" ]; tags = [ "both" ]; };
        box = { features.isolation.type = "container"; image = "busybox"; boot.kernel = "/boot/vmlinuz"; tags = [ "both" ]; };
      };
    }"#;
    expect![[r#"
        `boot` of the unit `box` has no effect: it is a container
        `container` of the unit `web` has no effect: it is a VM
    "#]]
    .assert_eq(&notes(nix));
}

#[test]
fn the_examples_of_the_documentation_are_good() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/examples");
    let files = std::fs::read_dir(folder).expect("there are examples").map(|entry| entry.expect("it is read").path());
    for file in files.filter(|file| file.extension().is_some_and(|extension| extension == "nix")) {
        let loaded = crate::load(&file, &crate::EvalSettings::default());
        let lowered = loaded.and_then(|loaded| loaded.lower(&host()));
        assert!(
            lowered.is_ok(),
            "{}: {}",
            file.display(),
            lowered.map_or_else(|e| crate::tests::support::rendered(&e), |_| String::new())
        );
    }
}

#[test]
fn what_is_declared_and_has_no_effect_yet_is_noted_once_an_option() {
    let nix = r#"{
      hypervisor.composition.settings = { componentPath = [ "/etc/components" ]; caching.enable = false; };
      hypervisor.compute.units = {
        a1 = {
          image = "/a.qcow2";
          placement = {
            affinity = [ { type = "anti"; scope = "host"; labelSelector.tier = "db"; } ];
            spread.topology = "zone";
          };
          workload = { type = "batch"; profile = "realtime"; sla = { availability = 99.9; latency = "10ms"; iops = 5000; }; };
          resources.memory.bandwidth = 20;
          network = [ { name = "lan"; capability = "user"; latency = "1ms"; features = [ "rdma" ]; } ];
          storage = [ { name = "data"; size = "1Gi"; features = [ "encryption" ]; } ];
          features = { isolation.selinux = false; persistence = { stateful = false; checkpoints = true; migration = "live"; }; };
          resources.accelerators = [ { type = "gpu"; address = "0000:01:00.0"; model = "a100"; capabilities = [ "cuda" ]; } ];
        };
        b1 = { image = "/a.qcow2"; resources.memory.bandwidth = 20; };
        c1 = { image = "/a.qcow2"; tags = [ "ephemeral" "high-performance" ]; workload.type = "persistent"; };
      };
    }"#;
    expect![[r#"
        `features.isolation.selinux` of `a1`: declared but not yet effective: checked and passed on, without changing anything
        `features.persistence.checkpoints` of `a1`: declared but not yet effective: checked and passed on, without changing anything
        `features.persistence.migration` of `a1`: declared but not yet effective: checked and passed on, without changing anything
        `network.*.features` of `a1`: declared but not yet effective: checked and passed on, without changing anything
        `network.*.latency` of `a1`: declared but not yet effective: checked and passed on, without changing anything
        `placement.affinity` of `a1`: declared but not yet effective: checked and passed on, without changing anything
        `placement.spread` of `a1`: declared but not yet effective: checked and passed on, without changing anything
        `resources.accelerators.*.capabilities` of `a1`: declared but not yet effective: checked and passed on, without changing anything
        `resources.accelerators.*.model` of `a1`: declared but not yet effective: checked and passed on, without changing anything
        `resources.memory.bandwidth` of `a1`, `b1`: declared but not yet effective: checked and passed on, without changing anything
        `storage.*.features` of `a1`: declared but not yet effective: checked and passed on, without changing anything
        `workload.sla.availability` of `a1`: declared but not yet effective: checked and passed on, without changing anything
        `workload.sla.iops` of `a1`: declared but not yet effective: checked and passed on, without changing anything
        `workload.sla.latency` of `a1`: declared but not yet effective: checked and passed on, without changing anything
        `features.persistence.stateful` of `a1`: declared but not yet effective: checked and passed on, without changing anything
        `workload.profile` of `a1`: declared but not yet effective: checked and passed on, without changing anything
        `workload.type` of `a1`: declared but not yet effective: checked and passed on, without changing anything
        `composition.settings.caching`: declared but not yet effective: checked and passed on, without changing anything
        `composition.settings.componentPath`: declared but not yet effective: checked and passed on, without changing anything
    "#]]
    .assert_eq(&notes(nix));
}

#[test]
fn a_container_that_may_use_more_memory_than_the_host_has_is_noted() {
    let nix = r#"{
      hypervisor.compute.units.box = {
        features.isolation.type = "container"; image = "busybox"; resources.memory.size = "9Gi";
      };
    }"#;
    expect![[r#"
        the container `box` may use 9 GiB of memory, and the host has 8 GiB: nothing limits it before the host is out of memory
    "#]]
    .assert_eq(&notes(nix));
}
