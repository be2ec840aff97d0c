use expect_test::{Expect, expect};
use model::spec::DomainSpec;
use serde_json::json;

use super::{read_back, written};
use crate::libvirt::xml::Element;

/// Checks what is written below `path` for a specification, and that it is read back as it was.
#[track_caller]
fn check(spec: serde_json::Value, path: &[&str], expected: Expect) {
    let spec: DomainSpec = serde_json::from_value(spec).unwrap();
    let document = written(&spec);
    expected.assert_eq(&document.at(path).map(Element::to_string).unwrap_or_default());
    let (wanted, shown) = (fields(&spec), fields(&read_back(&document)));
    for (field, value) in &wanted {
        let empty = value.as_object().is_some_and(serde_json::Map::is_empty);
        // A disk's size is its volume's, whether a domain starts by itself is kept beside its document.
        let elsewhere = field.as_str().ends_with(".capacity") || field.as_str() == "autostart";
        assert!(empty || elsewhere || shown.get(field) == Some(value), "{field}: {value} but {:?}", shown.get(field));
    }
}

fn fields(spec: &DomainSpec) -> model::Fields {
    model::Spec::Domain(spec.clone()).fields()
}

#[test]
fn a_disk_is_a_volume_with_its_name_in_the_alias() {
    check(
        json!({ "boot": { "order": ["root"] }, "disks": { "root": {
            "device": "disk", "source": { "volume": "default/web-root" }, "format": "qcow2", "bus": "virtio",
            "cache": "none", "discard": "unmap", "serial": "r1", "readOnly": false, "capacity": 1024,
            "tune": { "iops": 500, "throughput": 1048576 } } } }),
        &["devices", "disk"],
        expect![[
            r#"<disk type="volume" device="disk"><driver name="qemu" type="qcow2" cache="none" discard="unmap"/><target dev="vda" bus="virtio"/><source pool="default" volume="web-root"/><serial>r1</serial><iotune><total_iops_sec>500</total_iops_sec><total_bytes_sec>1048576</total_bytes_sec></iotune><alias name="ua-disk-root"/><boot order="1"/></disk>"#
        ]],
    );
}

#[test]
fn a_seed_is_a_cd_on_sata() {
    check(
        json!({ "disks": { "seed": {
            "device": "cdrom", "source": { "file": "/seeds/web.iso" }, "format": "raw", "bus": "sata", "readOnly": true } } }),
        &["devices", "disk"],
        expect![[
            r#"<disk type="file" device="cdrom"><driver name="qemu" type="raw"/><target dev="sda" bus="sata"/><source file="/seeds/web.iso"/><readonly/><alias name="ua-disk-seed"/></disk>"#
        ]],
    );
}

#[test]
fn an_interface_carries_its_limits_and_its_pulled_cable() {
    check(
        json!({ "interfaces": { "lan": {
            "source": { "network": "default" }, "mac": "52:54:00:aa:bb:cc", "model": "virtio", "linkUp": false,
            "bandwidth": 1024000, "mtu": 1400 } } }),
        &["devices", "interface"],
        expect![[
            r#"<interface type="network"><source network="default"/><mac address="52:54:00:aa:bb:cc"/><model type="virtio"/><link state="down"/><bandwidth><inbound average="1000"/><outbound average="1000"/></bandwidth><mtu size="1400"/><alias name="ua-net-lan"/></interface>"#
        ]],
    );
    check(
        json!({ "interfaces": { "user": { "source": "user", "linkUp": true } } }),
        &["devices", "interface"],
        expect![[r#"<interface type="user"><model type="virtio"/><alias name="ua-net-user"/></interface>"#]],
    );
    check(
        json!({ "interfaces": { "wan": { "source": { "bridge": "br0" } } } }),
        &["devices", "interface"],
        expect![[
            r#"<interface type="bridge"><source bridge="br0"/><model type="virtio"/><alias name="ua-net-wan"/></interface>"#
        ]],
    );
}

#[test]
fn shared_directories_need_shared_memory_with_virtiofs_only() {
    let shared = |driver| {
        json!({ "filesystems": { "www": {
            "driver": driver, "source": "/srv/www", "target": "www", "readOnly": true } } })
    };
    check(
        shared("9p"),
        &["devices", "filesystem"],
        expect![[
            r#"<filesystem type="mount" accessmode="mapped"><source dir="/srv/www"/><target dir="www"/><readonly/><alias name="ua-fs-www"/></filesystem>"#
        ]],
    );
    check(shared("9p"), &["memoryBacking"], expect![""]);
    check(
        shared("virtiofs"),
        &["memoryBacking"],
        expect![[r#"<memoryBacking><source type="memfd"/><access mode="shared"/></memoryBacking>"#]],
    );
}

#[test]
fn host_devices_are_bound_by_libvirt() {
    check(
        json!({ "hostDevices": { "gpu": { "device": "pci", "address": "0000:01:00.0" } } }),
        &["devices", "hostdev"],
        expect![[
            r#"<hostdev mode="subsystem" type="pci" managed="yes"><source><address domain="0x0000" bus="0x01" slot="0x00" function="0x0"/></source><alias name="ua-dev-gpu"/></hostdev>"#
        ]],
    );
    check(
        json!({ "hostDevices": { "v": { "device": "mdev", "address": "c2177883-f1bb-47f0-914d-32a22e3a8804" } } }),
        &["devices", "hostdev"],
        expect![[
            r#"<hostdev mode="subsystem" type="mdev" model="vfio-pci"><source><address uuid="c2177883-f1bb-47f0-914d-32a22e3a8804"/></source><alias name="ua-dev-v"/></hostdev>"#
        ]],
    );
}

#[test]
fn processors_and_their_limits() {
    let spec = json!({
        "vcpus": { "current": 2, "maximum": 4 },
        "cpu": { "mode": "custom", "model": "EPYC", "features": { "svm": "disable" }, "sockets": 1, "cores": 2, "threads": 2 },
        "cpuTune": { "shares": 512, "quotaUs": 50000, "periodUs": 100000, "pins": { "0": "1-2" } },
    });
    check(spec.clone(), &["vcpu"], expect![[r#"<vcpu current="2">4</vcpu>"#]]);
    check(
        spec.clone(),
        &["cpu"],
        expect![[
            r#"<cpu mode="custom"><model>EPYC</model><feature policy="disable" name="svm"/><topology sockets="1" cores="2" threads="2"/></cpu>"#
        ]],
    );
    check(
        spec,
        &["cputune"],
        expect![[
            r#"<cputune><shares>512</shares><quota>50000</quota><period>100000</period><vcpupin vcpu="0" cpuset="1-2"/></cputune>"#
        ]],
    );
}

#[test]
fn memory_is_kept_in_kib() {
    let spec =
        json!({ "memory": { "current": 134217728, "maximum": 268435456, "hugepages": 2097152, "shared": true } });
    check(spec.clone(), &["memory"], expect![[r#"<memory unit="KiB">262144</memory>"#]]);
    check(spec.clone(), &["currentMemory"], expect![[r#"<currentMemory unit="KiB">131072</currentMemory>"#]]);
    check(
        spec,
        &["memoryBacking"],
        expect![[
            r#"<memoryBacking><hugepages><page size="2048" unit="KiB"/></hugepages><source type="memfd"/><access mode="shared"/></memoryBacking>"#
        ]],
    );
}

#[test]
fn firmware_and_machine() {
    check(
        json!({ "arch": "x86_64", "machine": "q35", "firmware": "uefi-secure" }),
        &["os"],
        expect![[
            r#"<os firmware="efi"><type arch="x86_64" machine="q35">hvm</type><firmware><feature enabled="yes" name="enrolled-keys"/><feature enabled="yes" name="secure-boot"/></firmware></os>"#
        ]],
    );
    check(
        json!({ "arch": "x86_64", "machine": "q35", "firmware": "bios",
                "boot": { "kernel": "/k", "initrd": "/i", "cmdline": "console=ttyS0" } }),
        &["os"],
        expect![[
            r#"<os><type arch="x86_64" machine="q35">hvm</type><kernel>/k</kernel><initrd>/i</initrd><cmdline>console=ttyS0</cmdline></os>"#
        ]],
    );
}

#[test]
fn a_microvm_has_its_devices_on_memory_mapped_registers() {
    check(
        json!({ "arch": "x86_64", "machine": "microvm", "rng": true,
                "disks": { "root": { "source": { "file": "/x.img" }, "bus": "virtio" } } }),
        &["devices"],
        expect![[
            r#"<devices><controller type="usb" model="none"/><memballoon model="none"/><serial type="pty"/><disk type="file" device="disk"><driver name="qemu" type="raw"/><target dev="vda" bus="virtio"/><source file="/x.img"/><alias name="ua-disk-root"/><address type="virtio-mmio"/></disk><rng model="virtio"><backend model="random">/dev/urandom</backend><address type="virtio-mmio"/></rng></devices>"#
        ]],
    );
}

#[test]
fn the_console_is_logged_and_small_devices_are_there_when_asked_for() {
    check(
        json!({ "console": { "log": "/logs/web.log" }, "guestAgent": true, "rng": true, "tpm": true,
                "graphics": { "type": "vnc", "listen": "127.0.0.1" } }),
        &["devices"],
        expect![[
            r#"<devices><controller type="virtio-serial" index="0"/><memballoon model="virtio"/><serial type="pty"><log file="/logs/web.log" append="on"/></serial><graphics type="vnc" port="-1" autoport="yes" listen="127.0.0.1"><listen type="address" address="127.0.0.1"/></graphics><video><model type="virtio"/></video><channel type="unix"><target type="virtio" name="org.qemu.guest_agent.0"/></channel><rng model="virtio"><backend model="random">/dev/urandom</backend></rng><tpm model="tpm-crb"><backend type="emulator" version="2.0"/></tpm></devices>"#
        ]],
    );
}

#[test]
fn texts_and_labels_are_in_the_mark() {
    check(
        json!({ "title": "Web & more", "description": "two\nlines", "labels": { "tier": "front" }, "hotplugSlots": 8 }),
        &["metadata"],
        expect![[
            r#"<metadata><hv:managed xmlns:hv="urn:hyper-nixos:managed:1" owner="00000000-0000-0000-0000-000000000000" id="domain/web" spec="sha256:00" protect="no" deletion="retain" schema="1"><hv:label key="tier" value="front"/><hv:hotplug slots="8"/></hv:managed></metadata>"#
        ]],
    );
}
