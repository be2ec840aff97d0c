//! Documents as libvirt 9.0 shows them.

use expect_test::{Expect, expect};
use model::spec::{Disk, DomainSpec};
use serde_json::json;

use super::{patched, pools, read_back};
use crate::libvirt::{
    domain::{document, read, scope::Scope, xml::ports},
    xml::Element,
};

const HAND_MADE: &str = include_str!("corpus/hand-made.xml");
const OVER_A_SNAPSHOT: &str = include_str!("corpus/running-over-a-snapshot.xml");

/// The lines that a patch takes away and adds, in libvirt's own layout where it is kept.
#[track_caller]
fn check_patch(spec: serde_json::Value, fields: &[&str], expected: Expect) {
    let spec: DomainSpec = serde_json::from_value(spec).unwrap();
    let (before, after) = (patched(HAND_MADE, &spec, &[]), patched(HAND_MADE, &spec, fields));
    let lines = |document: &Element| -> Vec<String> {
        let text = document.to_string().replace("><", ">\n<");
        text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
    };
    let (before, after) = (lines(&before), lines(&after));
    let gone = before.iter().filter(|line| !after.contains(line)).map(|line| format!("- {line}\n"));
    let come = after.iter().filter(|line| !before.contains(line)).map(|line| format!("+ {line}\n"));
    expected.assert_eq(&gone.chain(come).collect::<String>());
}

#[test]
fn a_hand_made_domain_is_read() {
    let document = Element::parse(HAND_MADE).unwrap();
    let spec = read_back(&document);
    let printed: String = model::Spec::Domain(spec).fields().iter().map(|(k, v)| format!("{k} = {v}\n")).collect();
    expect![[r#"
        arch = "x86_64"
        boot = {}
        console = {}
        cpu.mode = "maximum"
        cpuTune = {}
        disks.vda.bus = "virtio"
        disks.vda.cache = "none"
        disks.vda.device = "disk"
        disks.vda.format = "qcow2"
        disks.vda.readOnly = false
        disks.vda.source.volume = "default/hand.qcow2"
        disks.vda.tune = {}
        domainType = "qemu"
        emulator = "/usr/bin/qemu-system-x86_64"
        firmware = "bios"
        graphics.type = "vnc"
        guestAgent = true
        interfaces.nic-52-54-00-ab-cd-ef.linkUp = true
        interfaces.nic-52-54-00-ab-cd-ef.mac = "52:54:00:ab:cd:ef"
        interfaces.nic-52-54-00-ab-cd-ef.model = "virtio"
        interfaces.nic-52-54-00-ab-cd-ef.source = "user"
        machine = "pc-q35-7.2"
        memory.current = 268435456
        memory.maximum = 268435456
        rng = false
        tpm = false
        uuid = "ce92d6e2-8e80-462c-80ac-d6aa8a45ce06"
        vcpus.current = 1
        vcpus.maximum = 2
    "#]]
    .assert_eq(&printed);
    assert_eq!(ports::free_slots(&document), 1);
}

#[test]
fn nothing_in_scope_changes_nothing() {
    let document = Element::parse(HAND_MADE).unwrap();
    assert_eq!(patched(HAND_MADE, &DomainSpec::default(), &[]), document);
    let mut everything = document.clone();
    let itself = read_back(&document);
    document::patch(&mut everything, &itself, &Scope::everything(), None, &std::collections::BTreeMap::new());
    assert_eq!(read_back(&everything), itself);
}

#[test]
fn only_what_is_patched_differs() {
    check_patch(
        json!({ "title": "Hand" }),
        &["title"],
        expect![[r#"
        + <title>Hand</title>
    "#]],
    );
    check_patch(
        json!({ "vcpus": { "current": 2, "maximum": 4 } }),
        &["vcpus.current", "vcpus.maximum"],
        expect![[r#"
        - <vcpu placement="static" current="1">2</vcpu>
        + <vcpu placement="static" current="2">4</vcpu>
    "#]],
    );
    check_patch(
        json!({ "memory": { "maximum": 536870912 } }),
        &["memory.maximum"],
        expect![[r#"
        - <memory unit="KiB">262144</memory>
        + <memory unit="KiB">524288</memory>
    "#]],
    );
    check_patch(
        json!({}),
        &["graphics"],
        expect![[r#"
        - <graphics type="vnc" port="-1" autoport="yes">
        - <listen type="address"/>
        - </graphics>
        - <video>
        - <model type="cirrus" vram="16384" heads="1" primary="yes"/>
        - <address type="pci" domain="0x0000" bus="0x00" slot="0x01" function="0x0"/>
        - </video>
    "#]],
    );
    check_patch(
        json!({ "cpu": { "mode": "host-model" } }),
        &["cpu.mode"],
        expect![[r#"
        - <cpu mode="maximum" check="none"/>
        + <cpu mode="host-model"/>
    "#]],
    );
    check_patch(
        json!({ "boot": { "order": ["vda"] } }),
        &["boot.order"],
        expect![[r#"
        - <boot dev="hd"/>
        + <boot order="1"/>
    "#]],
    );
    check_patch(
        json!({ "firmware": "uefi" }),
        &["firmware"],
        expect![[r#"
        - <os>
        + <os firmware="efi">
        + <firmware>
        + <feature enabled="no" name="enrolled-keys"/>
        + <feature enabled="no" name="secure-boot"/>
        + </firmware>
    "#]],
    );
}

#[test]
fn a_device_that_was_there_gets_our_name_and_keeps_its_place() {
    check_patch(
        json!({ "disks": { "root": { "source": { "file": "/pools/default/hand.qcow2" }, "cache": "writeback" } } }),
        &["disks.root.source.file", "disks.root.cache"],
        expect![[r#"
            - <driver name="qemu" type="qcow2" cache="none"/>
            + <driver name="qemu" type="qcow2" cache="writeback"/>
            + <alias name="ua-disk-root"/>
        "#]],
    );
    check_patch(
        json!({ "interfaces": { "lan": { "mac": "52:54:00:ab:cd:ef", "linkUp": false } } }),
        &["interfaces.lan.mac", "interfaces.lan.linkUp"],
        expect![[r#"
            + <alias name="ua-net-lan"/>
            + <link state="down"/>
        "#]],
    );
}

#[test]
fn what_is_no_longer_declared_is_taken_out_and_others_devices_stay() {
    check_patch(
        json!({}),
        &["interfaces.nic-52-54-00-ab-cd-ef.model"],
        expect![[r#"
        - <interface type="user">
        - <mac address="52:54:00:ab:cd:ef"/>
        - <model type="virtio"/>
        - <address type="pci" domain="0x0000" bus="0x02" slot="0x00" function="0x0"/>
        - </interface>
    "#]],
    );
    check_patch(json!({}), &["disks.other.cache"], expect![[r#""#]]);
}

#[test]
fn an_overlay_is_read_as_the_declared_volume_and_is_kept() {
    let document = Element::parse(OVER_A_SNAPSHOT).unwrap();
    let pools = pools();
    let mut declared = DomainSpec::default();
    let source = Some(model::spec::DiskSource::Volume("default/hand.qcow2".to_owned()));
    declared.disks.insert("vda".to_owned(), Disk { source: source.clone(), ..Disk::default() });
    for known in [Some(&declared), None] {
        let around = read::Surroundings { pools: &pools, declared: known, snapshots: 1 };
        let reading = read::read(&document, &around);
        assert_eq!(reading.spec.disks["vda"].source, source);
        assert_eq!(reading.overlays["vda"], "/pools/default/hand.s1");
    }
    let after = patched(OVER_A_SNAPSHOT, &declared, &["disks.vda.source.volume"]);
    assert_eq!(after, document, "the overlay's source and chain are untouched");
}
