//! Domains: made, observed, patched, stopped and removed.

use model::{
    Address, Kind, Ownership, PowerState, Seen, Shutdown, Span, Spec,
    spec::{VolumeContents, VolumeFormat, VolumeSpec},
};
use plan::{Action, Data};
use serde_json::json;

use driver::{Driver, Severity};

use super::bed::{Bed, define_by_hand, image, lines_with, story, virsh};

#[tokio::test]
async fn a_domain_is_made_started_stopped_and_removed() {
    let mut bed = Bed::new("life").await;
    let address = bed.address(Kind::Domain, "g");
    let spec = bed.tiny("g", json!({ "interfaces": { "lan": { "source": "user", "mac": "52:54:00:11:22:33" } } }));
    let outcome = bed.create("g", &spec).await.unwrap();
    bed.remember(&address, Spec::Domain(spec.clone()), &outcome);
    let seen = bed.seen(&address).await.unwrap();
    assert_eq!((seen.seen, seen.power), (Seen::Unchanged, PowerState::Off));
    assert!(matches!(seen.ownership, Ownership::Ours { .. }));

    bed.start("g").await;
    bed.start("g").await;
    bed.booted("g").await;
    let outcome = bed.act(&address, Action::Start).await.unwrap();
    bed.remember(&address, Spec::Domain(spec.clone()), &outcome);
    let seen = bed.seen(&address).await.unwrap();
    assert_eq!((seen.seen, seen.power), (Seen::Unchanged, PowerState::Running));
    assert!(seen.domain.unwrap().started.is_some());
    virsh(&["destroy", &address.name]);
    assert_eq!(bed.seen(&address).await.unwrap().seen, Seen::Unchanged, "off, it shows its configuration only");
    virsh(&["start", &address.name]);
    assert_eq!(bed.seen(&address).await.unwrap().seen, Seen::Unchanged, "the same configuration runs anew");
    virsh(&["setmem", &address.name, "64M", "--config"]);
    assert!(matches!(bed.seen(&address).await.unwrap().seen, Seen::Parsed { .. }), "somebody changed it");
    let refused = bed.delete(&address, Data::Keep).await.unwrap_err();
    assert!(story(&refused).contains("still runs"), "{}", story(&refused));

    bed.act(&address, Action::Pause).await.unwrap();
    assert_eq!(bed.seen(&address).await.unwrap().power, PowerState::Paused);
    bed.act(&address, Action::Resume).await.unwrap();
    bed.cut_power("g").await;
    assert_eq!(bed.seen(&address).await.unwrap().power, PowerState::Off);
    bed.delete(&address, Data::Keep).await.unwrap();
    bed.delete(&address, Data::Keep).await.unwrap();
    assert!(bed.seen(&address).await.is_none());
}

#[tokio::test]
async fn what_is_declared_reads_back_and_asks_for_no_change() {
    let mut bed = Bed::new("readback").await;
    let pool = bed.pool("p").await;
    let root = bed.volume(&pool, "root", 16).await;
    bed.wanted.insert(Address::new(Kind::Volume, &root), "declared".to_owned());
    let seed = image(&bed.state.path().join("seed.img"), 1);
    let spec = bed.tiny(
        "g",
        json!({
            "title": "A guest", "description": "with\ntwo lines", "labels": { "tier": "front" },
            "boot": { "order": ["root"] }, "guestAgent": true, "graphics": { "type": "vnc", "listen": "127.0.0.1" },
            "cpu": { "mode": "maximum", "sockets": 1, "cores": 2, "threads": 1 },
            "cpuTune": { "shares": 512, "quotaUs": 50000, "periodUs": 100000 },
            "memory": { "shared": true },
            "disks": {
                "root": { "device": "disk", "source": { "volume": root }, "format": "qcow2", "bus": "virtio", "cache": "none",
                          "discard": "unmap", "serial": "r1", "readOnly": false, "capacity": 16777216, "tune": { "iops": 500 } },
                "data.x": { "device": "disk", "source": { "volume": root }, "format": "qcow2", "bus": "scsi", "readOnly": true },
                "seed": { "device": "cdrom", "source": { "file": seed }, "format": "raw", "bus": "sata", "readOnly": true } },
            "interfaces": {
                "lan": { "source": { "network": "default" }, "mac": "52:54:00:11:22:44", "model": "virtio", "linkUp": true, "bandwidth": 1024000 },
                "wan": { "source": "user", "mac": "52:54:00:11:22:45", "model": "e1000e", "linkUp": false } },
            "filesystems": { "www": { "driver": "9p", "source": "/srv", "target": "www", "readOnly": true } },
        }),
    );
    bed.create("g", &spec).await.unwrap();
    let (shown, live) = bed.domain("g").await;
    assert!(live.is_none());
    let shown = Spec::Domain(shown).fields();
    for (field, value) in Spec::Domain(spec).fields() {
        let empty = value.as_object().is_some_and(serde_json::Map::is_empty);
        let resolved = field.as_str() == "machine";
        assert!(
            empty || resolved || shown.get(&field) == Some(&value),
            "{field}: {value}, not {:?}",
            shown.get(&field)
        );
    }
    let seen = bed.seen(&bed.address(Kind::Domain, "g")).await.unwrap();
    assert_eq!(seen.domain.unwrap().free_slots, 8);
}

#[tokio::test]
async fn a_patch_keeps_addresses_identities_and_what_others_wrote() {
    let bed = Bed::new("patch").await;
    let mut spec = bed.tiny(
        "g",
        json!({ "interfaces": { "one": { "source": "user" }, "two": { "source": "user" } }, "title": "before" }),
    );
    bed.create("g", &spec).await.unwrap();
    let name = bed.name("g");
    virsh(&["metadata", &name, "urn:other:tool", "--config", "--key", "ot", "--set", "<note a='1'><b>kept</b></note>"]);
    let before = bed.xml("g");
    spec.title = Some("after".to_owned());
    spec.vcpus.maximum = Some(4);
    spec.disks.insert(
        "cd".to_owned(),
        serde_json::from_value(json!({ "device": "cdrom", "bus": "sata", "format": "raw", "readOnly": true })).unwrap(),
    );
    bed.configure("g", &spec, &["title", "vcpus.maximum", "disks.cd.device", "disks.cd.bus"]).await.unwrap();
    let after = bed.xml("g");
    for part in ["<uuid>", "mac address", "machine=", "type='pci' domain", "ot:note", "<ot:b>kept", "pcie-root-port"] {
        assert!(!lines_with(&before, part).is_empty(), "nothing with {part} in\n{before}");
        assert_eq!(lines_with(&before, part), lines_with(&after, part), "{part}");
    }
    assert!(after.contains("<title>after</title>") && after.contains(">4</vcpu>"), "{after}");
}

#[tokio::test]
async fn a_snapshots_overlay_is_never_lost() {
    let bed = Bed::new("overlay").await;
    let pool = bed.pool("p").await;
    let root = bed.volume(&pool, "root", 16).await;
    let disks = json!({ "disks": { "root": { "source": { "volume": root }, "format": "qcow2", "bus": "virtio" } } });
    let mut spec = bed.tiny("g", disks);
    bed.create("g", &spec).await.unwrap();
    bed.start("g").await;
    let overlay = bed.state.path().join("pools/p/root.snap");
    let to = format!("vda,file={}", overlay.display());
    virsh(&["snapshot-create-as", &bed.name("g"), "s1", "--disk-only", "--diskspec", &to]);

    let check = |shown: &model::spec::DomainSpec| {
        assert_eq!(shown.disks["root"].source, spec.disks["root"].source, "the declared volume is shown");
    };
    let (config, live) = bed.domain("g").await;
    check(&config);
    check(&live.unwrap());
    let facts = bed.seen(&bed.address(Kind::Domain, "g")).await.unwrap().domain.unwrap();
    assert_eq!(facts.overlays.get("root"), Some(&overlay.display().to_string()));
    assert_eq!(facts.snapshots, 1);

    spec.title = Some("changed".to_owned());
    bed.configure("g", &spec, &["title", "disks.root.source.volume"]).await.unwrap();
    assert!(bed.xml("g").contains("root.snap"), "the next start uses the overlay\n{}", bed.xml("g"));
    bed.create("g", &spec).await.unwrap();
    assert!(bed.xml("g").contains("root.snap"), "making it again does too\n{}", bed.xml("g"));
    bed.cut_power("g").await;
    let facts = bed.seen(&bed.address(Kind::Domain, "g")).await.unwrap().domain.unwrap();
    assert_eq!(facts.overlays.len(), 1, "it is known of the stopped domain too");
}

#[tokio::test]
async fn a_hand_made_domain_is_listed_and_refused() {
    let bed = Bed::new("foreign").await;
    let address = bed.address(Kind::Domain, "g");
    let xml = format!(
        "<domain type='qemu'><name>{}</name><memory unit='MiB'>64</memory><os><type arch='x86_64' machine='q35'>hvm</type></os></domain>",
        address.name
    );
    define_by_hand("define", &xml);
    let before = bed.xml("g");
    assert_eq!(bed.seen(&address).await.unwrap().ownership, Ownership::Unmanaged);
    let refused = bed.create("g", &bed.tiny("g", json!({}))).await.unwrap_err();
    assert!(story(&refused).contains("not managed by us"), "{}", story(&refused));
    assert_eq!(bed.xml("g"), before);

    let spec = Spec::Domain(bed.tiny("g", json!({})));
    bed.act(&address, Action::Adopt { mark: bed.mark(&spec) }).await.unwrap();
    assert!(matches!(bed.seen(&address).await.unwrap().ownership, Ownership::Ours { .. }));
    bed.act(&address, Action::Forget).await.unwrap();
    assert_eq!(bed.seen(&address).await.unwrap().ownership, Ownership::Unmanaged);
    assert_eq!(bed.xml("g").replace("  <metadata/>\n", ""), before, "it is as it was");
}

#[tokio::test]
async fn an_invalid_replacement_leaves_the_good_guest_running() {
    let bed = Bed::new("invalid").await;
    let mut spec = bed.tiny("g", json!({}));
    bed.create("g", &spec).await.unwrap();
    bed.start("g").await;
    let (number, before) = (bed.number("g"), bed.xml("g"));
    spec.vcpus.maximum = Some(100_000);
    let refused = bed.configure("g", &spec, &["vcpus.maximum"]).await.unwrap_err();
    assert!(story(&refused).contains("cannot configure domain/"), "{}", story(&refused));
    assert_eq!((bed.number("g"), bed.xml("g")), (number, before));
}

#[tokio::test]
async fn the_oracle_refuses_what_libvirt_would_refuse_and_leaves_no_trace() {
    let bed = Bed::new("oracle").await;
    let good = bed.address(Kind::Domain, "good");
    let bad = bed.address(Kind::Domain, "bad");
    let too_many = bed.tiny("bad", json!({ "vcpus": { "current": 1000, "maximum": 1000 } }));
    let wanted = [(good.clone(), Spec::Domain(bed.tiny("good", json!({})))), (bad.clone(), Spec::Domain(too_many))];
    let findings = bed.driver.validate(&wanted.into_iter().collect()).await;
    let told: Vec<_> = findings.iter().map(|finding| (&finding.address, finding.severity)).collect();
    assert_eq!(told, [(&bad, Severity::Error)], "{findings:?}");
    assert!(findings[0].text.contains("CPUs"), "{}", findings[0].text);
    assert_eq!(bed.observe().await.resources.keys().filter(|a| **a == good || **a == bad).count(), 0);
}

#[tokio::test]
async fn what_a_guest_could_not_start_without_is_missed_before_it_is_touched() {
    let bed = Bed::new("missing").await;
    let pool = bed.pool("p").await;
    bed.volume(&pool, "data", 8).await;
    let (guest, kept) = (bed.address(Kind::Domain, "g"), Address::new(Kind::Volume, format!("{pool}/data")));
    let new = Address::new(Kind::Volume, format!("{pool}/new"));
    let elsewhere = |name: &str| {
        let contents = Some(VolumeContents::Copy { image: "/none/image".into(), format: VolumeFormat::Raw });
        Spec::Volume(VolumeSpec { pool: pool.clone(), name: name.to_owned(), contents, ..VolumeSpec::default() })
    };
    let spec = bed.tiny("g", json!({ "boot": { "kernel": "/none/kernel" } }));
    let wanted = [(guest.clone(), Spec::Domain(spec)), (kept, elsewhere("data")), (new.clone(), elsewhere("new"))];
    let findings = bed.driver.validate(&wanted.into()).await;
    let told: Vec<_> = findings.iter().map(|finding| (&finding.address, finding.severity)).collect();
    assert_eq!(told, [(&new, Severity::Error), (&guest, Severity::Error)], "{findings:?}");
    assert!(findings[1].text.contains("boot.kernel: there is no /none/kernel"), "{}", findings[1].text);
}

#[tokio::test]
async fn the_host_is_known() {
    let bed = Bed::new("facts").await;
    let facts = bed.driver.host_facts().await.unwrap();
    assert_eq!(facts.arch, std::env::consts::ARCH);
    assert!(facts.emulated.contains("x86_64") && facts.kvm.is_empty(), "{facts:?}");
    assert!(facts.machines["x86_64/q35"].starts_with("pc-q35-"), "{:?}", facts.machines);
    assert!(facts.cpus > 0 && facts.memory > model::Bytes::mib(256) && facts.libvirt.is_some());
}

#[tokio::test]
async fn a_guest_that_listens_is_shut_down_politely() {
    let bed = Bed::new("polite").await;
    let spec = bed.tiny("g", json!({}));
    bed.create("g", &spec).await.unwrap();
    bed.start("g").await;
    bed.booted("g").await;
    let stop = Action::Stop { shutdown: Shutdown { timeout: Span::seconds(60), force: false } };
    let outcome = bed.act(&bed.address(Kind::Domain, "g"), stop).await.unwrap();
    assert_eq!(outcome.notes, Vec::<String>::new());
    assert_eq!(bed.seen(&bed.address(Kind::Domain, "g")).await.unwrap().power, PowerState::Off);
}

#[tokio::test]
async fn libvirt_agrees_to_every_kind_of_domain_that_can_be_declared() {
    let bed = Bed::new("kinds").await;
    let no_kernel = json!({ "kernel": null, "initrd": null, "cmdline": null });
    let there = |name: &str| bed.state.path().join(name);
    let kinds = [
        ("pc", json!({ "machine": "pc", "tpm": null })),
        ("uefi", json!({ "firmware": "uefi", "boot": no_kernel })),
        ("secure", json!({ "firmware": "uefi-secure", "boot": no_kernel })),
        (
            "microvm",
            json!({ "machine": "microvm", "interfaces": { "lan": { "source": "user" } },
                            "disks": { "root": { "source": { "file": there("x.img") }, "format": "raw", "bus": "virtio" } } }),
        ),
        ("virtiofs", json!({ "filesystems": { "a": { "driver": "virtiofs", "source": "/srv", "target": "a" } } })),
        (
            "ninep",
            json!({ "filesystems": { "a": { "driver": "9p", "source": "/srv", "target": "a", "readOnly": true } } }),
        ),
        ("hugepages", json!({ "memory": { "hugepages": 2097152 } })),
        (
            "hostdev",
            json!({ "hostDevices": { "gpu": { "device": "pci", "address": "0000:01:00.0" },
                                             "vgpu": { "device": "mdev", "address": "c2177883-f1bb-47f0-914d-32a22e3a8804" } } }),
        ),
        ("vnc", json!({ "graphics": { "type": "vnc", "listen": "127.0.0.1" }, "guestAgent": true })),
        (
            "cpu",
            json!({ "cpu": { "mode": "custom", "model": "qemu64", "features": { "svm": "disable" } },
                        "cpuTune": { "shares": 512, "quotaUs": 50000, "periodUs": 100000, "pins": { "0": "0" } } }),
        ),
        (
            "many",
            json!({ "disks": (0..30).map(|n| (format!("d{n}"), json!({ "source": { "file": there(&n.to_string()) }, "format": "raw",
                         "bus": if n % 2 == 0 { "virtio" } else { "scsi" }, "cache": "none", "discard": "unmap",
                         "tune": { "iops": 100, "throughput": 1048576 } }))).collect::<serde_json::Map<_, _>>() }),
        ),
    ];
    let wanted = kinds.map(|(name, more)| (bed.address(Kind::Domain, name), Spec::Domain(bed.tiny(name, more))));
    let findings = bed.driver.validate(&wanted.into_iter().collect()).await;
    assert_eq!(findings, []);
}

#[tokio::test]
async fn a_microvm_boots_without_pci() {
    let bed = Bed::new("microvm").await;
    let spec = bed.tiny("g", json!({ "machine": "microvm", "interfaces": { "lan": { "source": "user" } } }));
    bed.create("g", &spec).await.unwrap();
    bed.start("g").await;
    bed.booted("g").await;
    assert!(!bed.xml("g").contains("type='pci'"));
}

#[tokio::test]
async fn a_uefi_guests_variables_stay_unless_they_are_to_be_destroyed() {
    let bed = Bed::new("uefi").await;
    let address = bed.address(Kind::Domain, "g");
    let no_kernel = json!({ "kernel": null, "initrd": null, "cmdline": null });
    let spec = bed.tiny("g", json!({ "firmware": "uefi", "boot": no_kernel }));
    for (data, stays) in [(Data::Keep, true), (Data::Destroy, false)] {
        bed.create("g", &spec).await.unwrap();
        bed.start("g").await;
        let (config, live) = bed.domain("g").await;
        assert_eq!((config.firmware, live.unwrap().firmware), (spec.firmware, spec.firmware));
        let line = lines_with(&virsh(&["dumpxml", &address.name]), "<nvram").remove(0);
        let nvram = line.rsplit_once("</").unwrap().0.rsplit_once('>').unwrap().1.to_owned();
        bed.cut_power("g").await;
        bed.delete(&address, data).await.unwrap();
        assert_eq!(std::path::Path::new(&nvram).exists(), stays, "{nvram}");
    }
}

#[tokio::test]
async fn a_renamed_domain_keeps_its_identity() {
    let bed = Bed::new("rename").await;
    let spec = bed.tiny("old", json!({}));
    bed.create("old", &spec).await.unwrap();
    let address = bed.address(Kind::Domain, "new");
    for _ in 0..2 {
        bed.act(&address, Action::Rename { from: bed.name("old") }).await.unwrap();
    }
    let (shown, _) = bed.domain("new").await;
    assert_eq!(shown.uuid, spec.uuid);
    assert!(
        bed.xml("new").contains(&format!("id=\"{address}\"")) || bed.xml("new").contains(&format!("id='{address}'"))
    );
    assert!(bed.seen(&Address::new(Kind::Domain, bed.name("old"))).await.is_none());
}

#[tokio::test]
async fn a_guest_that_does_not_listen_is_only_cut_off_when_that_is_allowed() {
    let bed = Bed::new("stop").await;
    let address = bed.address(Kind::Domain, "g");
    // Without a kernel the firmware finds nothing to boot and nobody hears the power button.
    let spec = bed.tiny("g", json!({ "boot": { "kernel": null, "initrd": null, "cmdline": null } }));
    bed.create("g", &spec).await.unwrap();
    bed.start("g").await;
    let stop = |force| Action::Stop { shutdown: Shutdown { timeout: Span::seconds(1), force } };
    let refused = bed.act(&address, stop(false)).await.unwrap_err();
    assert!(story(&refused).contains("its power is not to be cut"), "{}", story(&refused));
    let outcome = bed.act(&address, stop(true)).await.unwrap();
    assert!(outcome.notes[0].contains("its power was cut"), "{:?}", outcome.notes);
    bed.act(&address, stop(false)).await.unwrap();
}
