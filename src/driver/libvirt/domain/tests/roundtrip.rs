//! Whatever is declared is read back as it was, and patching it in again changes nothing.

use std::collections::BTreeMap;

use model::{Bytes, Spec, spec::*};
use proptest::{collection::btree_map, option, prelude::*, sample::select};

use super::{read_back, written};
use crate::libvirt::domain::{document, scope::Scope, verify};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_domain_survives_being_written_and_read(spec in domain()) {
        let mut document = written(&spec);
        let shown = read_back(&document);
        prop_assert_eq!(verify::difference(&spec, &shown, &Scope::everything()), None);
        document::patch(&mut document, &spec, &Scope::everything(), None, &BTreeMap::new());
        prop_assert_eq!(read_back(&document), shown);
    }

    #[test]
    fn any_domain_becomes_any_other_by_a_patch_of_what_differs(before in domain(), after in domain()) {
        let mut document = written(&before);
        let (old, new) = (fields(&before), fields(&after));
        let keys: std::collections::BTreeSet<_> = old.keys().chain(new.keys()).cloned().collect();
        let changed: Vec<_> = keys.into_iter().filter(|key| old.get(key) != new.get(key)).collect();
        document::patch(&mut document, &after, &Scope::fields(&changed), None, &BTreeMap::new());
        let shown = read_back(&document);
        prop_assert_eq!(verify::difference(&after, &shown, &Scope::everything()), None);
        prop_assert_eq!(shown.disks.len(), after.disks.len());
        prop_assert_eq!(shown.interfaces.len(), after.interfaces.len());
    }
}

fn fields(spec: &DomainSpec) -> model::Fields {
    Spec::Domain(spec.clone()).fields()
}

fn name() -> impl Strategy<Value = String> {
    select(vec!["root", "data", "a.b", "x_2e", "lan", "größe"]).prop_map(str::to_owned)
}

fn text() -> impl Strategy<Value = String> {
    "[a-zA-Z<&\"'>äß ]{0,8}[a-z]"
}

prop_compose! {
    fn disk()(
        device in option::of(select(vec![DiskKind::Disk, DiskKind::Cdrom])),
        source in option::of(prop_oneof![
            text().prop_map(|name| DiskSource::Volume(format!("pool/{name}"))),
            text().prop_map(|name| DiskSource::File(format!("/elsewhere/{name}").into())),
            Just(DiskSource::Block("/dev/sdx".into())),
        ]),
        format in option::of(select(vec!["raw".to_owned(), "qcow2".to_owned()])),
        bus in option::of(select(vec![DiskBus::Virtio, DiskBus::Scsi, DiskBus::Sata, DiskBus::Usb])),
        cache in option::of(select(vec!["none".to_owned(), "unsafe".to_owned()])),
        serial in option::of(text()),
        read_only in option::of(any::<bool>()),
        iops in option::of(1_u64..1000),
        throughput in option::of((1_u64..1000).prop_map(Bytes::kib)),
    ) -> Disk {
        Disk {
            device, source, format, bus, cache, serial, read_only, discard: None, capacity: None,
            tune: DiskTune { iops, throughput },
        }
    }
}

prop_compose! {
    fn interface()(
        source in option::of(prop_oneof![
            text().prop_map(InterfaceSource::Network),
            text().prop_map(InterfaceSource::Bridge),
            Just(InterfaceSource::User),
        ]),
        mac in option::of((0_u8..255).prop_map(|n| format!("52:54:00:00:00:{n:02x}"))),
        model in option::of(select(vec!["virtio".to_owned(), "e1000e".to_owned()])),
        link_up in option::of(any::<bool>()),
        bandwidth in option::of((1_u64..1000).prop_map(Bytes::kib)),
        mtu in option::of(1000_u32..9000),
    ) -> Interface {
        Interface { source, mac, model, link_up, bandwidth, mtu }
    }
}

prop_compose! {
    fn rest()(
        title in option::of(text()),
        description in option::of(text()),
        labels in btree_map(name(), text(), 0..3),
        firmware in option::of(select(vec![Firmware::Bios, Firmware::Uefi, Firmware::UefiSecure])),
        vcpus in (1_u32..8, 0_u32..8).prop_map(|(n, more)| Vcpus { current: Some(n), maximum: Some(n + more) }),
        memory in (1_u64..4096, 0_u64..4096).prop_map(|(n, more)| (Bytes::mib(n), Bytes::mib(n + more))),
        shared in option::of(any::<bool>()),
        mode in option::of(select(vec!["maximum".to_owned(), "host-model".to_owned()])),
        shares in option::of(2_u64..1000),
        quota_us in option::of(1000_u64..100_000),
        pins in btree_map((0_u32..4).prop_map(|n| n.to_string()), Just("0-1".to_owned()), 0..3),
        flags in [option::of(any::<bool>()), option::of(any::<bool>()), option::of(any::<bool>())],
    ) -> DomainSpec {
        let [guest_agent, rng, tpm] = flags;
        DomainSpec {
            title, description, labels, firmware, vcpus, guest_agent, rng, tpm,
            arch: Some("x86_64".to_owned()),
            machine: Some("q35".to_owned()),
            memory: DomainMemory { current: Some(memory.0), maximum: Some(memory.1), hugepages: None, shared },
            cpu: Cpu { mode, ..Cpu::default() },
            cpu_tune: CpuTune { shares, quota_us, period_us: None, pins },
            hotplug_slots: Some(4),
            ..DomainSpec::default()
        }
    }
}

prop_compose! {
    fn domain()(
        rest in rest(),
        disks in btree_map(name(), disk(), 0..4),
        interfaces in btree_map(name(), interface(), 0..3),
    ) -> DomainSpec {
        DomainSpec { disks, interfaces, ..rest }
    }
}
