//! Changing running domains.

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::bed::{Bed, image, virsh};

#[tokio::test]
async fn texts_cpus_and_memory_change_while_the_guest_runs() {
    let bed = Bed::new("live").await;
    let mut spec = bed.tiny("g", json!({ "memory": { "maximum": 268435456, "current": 268435456 } }));
    bed.create("g", &spec).await.unwrap();
    bed.start("g").await;
    bed.booted("g").await;
    let number = bed.number("g");

    spec.title = Some("renamed".to_owned());
    spec.labels.insert("tier".to_owned(), "front".to_owned());
    spec.vcpus.current = Some(2);
    let fields = ["title", "labels.tier", "vcpus.current"];
    bed.configure("g", &spec, &fields).await.unwrap();
    let outcome = bed.change_live("g", &spec, &fields).await.unwrap();
    assert_eq!((&outcome.pending, &outcome.notes), (&vec![], &vec![]));
    let (config, live) = bed.domain("g").await;
    for shown in [config, live.unwrap()] {
        assert_eq!((&shown.title, &shown.labels, shown.vcpus), (&spec.title, &spec.labels, spec.vcpus));
    }

    spec.memory.current = Some(model::Bytes::mib(192));
    spec.cpu_tune.pins.insert("0".to_owned(), "0".to_owned());
    let fields = ["memory.current", "cpuTune.pins.0"];
    bed.configure("g", &spec, &fields).await.unwrap();
    let outcome = bed.change_live("g", &spec, &fields).await.unwrap();
    assert_eq!((&outcome.pending, &outcome.notes), (&vec![], &vec![]));
    let (config, live) = bed.domain("g").await;
    for shown in [config, live.unwrap()] {
        assert_eq!((shown.memory.current, &shown.cpu_tune.pins), (spec.memory.current, &spec.cpu_tune.pins));
    }

    spec.vcpus.maximum = Some(8);
    let outcome = bed.change_live("g", &spec, &["vcpus.maximum"]).await.unwrap();
    assert_eq!(outcome.pending, ["vcpus.maximum".into()], "it waits for the next cold start");
    assert!(bed.xml("g").contains(">8</vcpu>"), "and is configured for it");
    assert_eq!(bed.number("g"), number, "nothing was restarted");
}

#[tokio::test]
async fn cpu_time_is_limited_while_the_guest_runs_or_said_to_wait() {
    let bed = Bed::new("livecpu").await;
    let mut spec = bed.tiny("g", json!({}));
    bed.create("g", &spec).await.unwrap();
    bed.start("g").await;
    spec.cpu_tune.quota_us = Some(50_000);
    spec.cpu_tune.period_us = Some(100_000);
    spec.cpu_tune.shares = Some(512);
    let fields = ["cpuTune.quotaUs", "cpuTune.periodUs", "cpuTune.shares"];
    bed.configure("g", &spec, &fields).await.unwrap();
    let outcome = bed.change_live("g", &spec, &fields).await.unwrap();
    let (config, live) = bed.domain("g").await;
    assert_eq!(config.cpu_tune, spec.cpu_tune);
    // Hosts whose control groups libvirt may not use can only be told so.
    assert_eq!(live.unwrap().cpu_tune == spec.cpu_tune, outcome.pending.is_empty(), "{outcome:?}");
    println!("{outcome:?}");
}

#[tokio::test]
async fn disks_come_grow_and_go_while_the_guest_runs() {
    let bed = Bed::new("livedisk").await;
    let pool = bed.pool("p").await;
    let data = bed.volume(&pool, "data", 16).await;
    let mut spec = bed.tiny("g", json!({}));
    bed.create("g", &spec).await.unwrap();
    bed.start("g").await;
    bed.booted("g").await;
    let number = bed.number("g");
    let disk = json!({ "device": "disk", "source": { "volume": data }, "format": "qcow2", "bus": "virtio", "capacity": 16777216 });
    spec.disks.insert("data".to_owned(), serde_json::from_value(disk).unwrap());
    let fields = ["disks.data.device", "disks.data.source.volume", "disks.data.format", "disks.data.bus"];
    bed.configure("g", &spec, &fields).await.unwrap();
    let outcome = bed.change_live("g", &spec, &fields).await.unwrap();
    assert_eq!(outcome.notes, Vec::<String>::new());
    assert!(bed.domain("g").await.1.unwrap().disks.contains_key("data"));

    let disk = spec.disks.get_mut("data").unwrap();
    disk.capacity = Some(model::Bytes::mib(32));
    disk.tune.iops = Some(300);
    bed.change_live("g", &spec, &["disks.data.capacity", "disks.data.tune.iops"]).await.unwrap();
    let (config, live) = bed.domain("g").await;
    for shown in [config, live.unwrap()] {
        let disk = &shown.disks["data"];
        assert_eq!((disk.capacity, disk.tune.iops), (Some(model::Bytes::mib(32)), Some(300)));
    }

    spec.disks.clear();
    bed.configure("g", &spec, &fields).await.unwrap();
    let outcome = bed.change_live("g", &spec, &fields).await.unwrap();
    let live = bed.domain("g").await.1.unwrap();
    // Either the guest let go of it and it is gone, or we are told that it has not; it may do so just afterwards.
    assert!(live.disks.is_empty() || !outcome.pending.is_empty(), "{outcome:?}");
    assert!(bed.domain("g").await.0.disks.is_empty());
    assert_eq!(bed.number("g"), number);
}

#[tokio::test]
async fn a_device_that_a_paused_guest_holds_is_told_as_pending() {
    let bed = Bed::new("detach").await;
    let mut spec = bed.tiny("g", json!({ "interfaces": { "lan": { "source": "user", "mac": "52:54:00:33:44:55" } } }));
    bed.create("g", &spec).await.unwrap();
    bed.start("g").await;
    bed.booted("g").await;
    virsh(&["suspend", &bed.name("g")]);
    spec.interfaces.clear();
    let outcome = bed.change_live("g", &spec, &["interfaces.lan.source", "interfaces.lan.mac"]).await.unwrap();
    assert_eq!(outcome.pending, ["interfaces.lan".into()]);
    assert!(outcome.notes[0].contains("has not let go"), "{:?}", outcome.notes);
    assert!(bed.domain("g").await.1.unwrap().interfaces.contains_key("lan"));
}

#[tokio::test]
async fn interfaces_come_change_and_go_while_the_guest_runs() {
    let bed = Bed::new("livenic").await;
    let nic =
        json!({ "source": { "network": "default" }, "mac": "52:54:00:33:44:66", "model": "virtio", "linkUp": true });
    let mut spec = bed.tiny("g", json!({ "interfaces": { "user": { "source": "user", "mac": "52:54:00:33:44:67" } } }));
    bed.create("g", &spec).await.unwrap();
    bed.start("g").await;
    bed.booted("g").await;
    let number = bed.number("g");
    spec.interfaces.insert("lan".to_owned(), serde_json::from_value(nic).unwrap());
    let fields =
        ["interfaces.lan.source.network", "interfaces.lan.mac", "interfaces.lan.model", "interfaces.lan.linkUp"];
    bed.configure("g", &spec, &fields).await.unwrap();
    let outcome = bed.change_live("g", &spec, &fields).await.unwrap();
    assert_eq!(outcome.notes, Vec::<String>::new());

    spec.interfaces.get_mut("user").unwrap().link_up = Some(false);
    spec.interfaces.get_mut("lan").unwrap().link_up = Some(false);
    let fields = ["interfaces.lan.linkUp", "interfaces.user.linkUp"];
    let outcome = bed.change_live("g", &spec, &fields).await.unwrap();
    assert_eq!(outcome.notes, Vec::<String>::new());
    let (config, live) = bed.domain("g").await;
    for shown in [config, live.unwrap()] {
        assert_eq!(shown.interfaces["lan"].link_up, Some(false));
        assert_eq!(shown.interfaces["user"].link_up, Some(false));
    }
    spec.interfaces.get_mut("lan").unwrap().mac = Some("52:54:00:33:44:68".to_owned());
    bed.configure("g", &spec, &["interfaces.lan.mac"]).await.unwrap();
    let outcome = bed.change_live("g", &spec, &["interfaces.lan.mac"]).await.unwrap();
    let live = bed.domain("g").await.1.unwrap();
    let changed = live.interfaces.get("lan").is_some_and(|lan| lan.mac == spec.interfaces["lan"].mac);
    assert!(changed || !outcome.pending.is_empty(), "{outcome:?}");

    spec.interfaces.remove("lan");
    let outcome = bed.change_live("g", &spec, &["interfaces.lan.mac"]).await.unwrap();
    let live = bed.domain("g").await.1.unwrap();
    assert!(!live.interfaces.contains_key("lan") || !outcome.pending.is_empty(), "{outcome:?}");
    assert_eq!(bed.number("g"), number);
}

#[tokio::test]
async fn a_medium_is_changed_and_a_scsi_disk_comes_with_its_controller() {
    let bed = Bed::new("livecd").await;
    let pool = bed.pool("p").await;
    let data = bed.volume(&pool, "data", 8).await;
    let media = ["one", "two"].map(|name| image(&bed.state.path().join(name), 1));
    let cd = |medium| json!({ "device": "cdrom", "source": { "file": medium }, "format": "qcow2", "bus": "sata", "readOnly": true });
    let mut spec = bed.tiny("g", json!({ "disks": { "cd": cd(&media[0]) } }));
    bed.create("g", &spec).await.unwrap();
    bed.start("g").await;
    let number = bed.number("g");
    spec.disks.insert("cd".to_owned(), serde_json::from_value(cd(&media[1])).unwrap());
    let disk = json!({ "source": { "volume": data }, "format": "qcow2", "bus": "scsi" });
    spec.disks.insert("data".to_owned(), serde_json::from_value(disk).unwrap());
    let fields = ["disks.cd.source.file", "disks.data.source.volume", "disks.data.format", "disks.data.bus"];
    bed.configure("g", &spec, &fields).await.unwrap();
    let outcome = bed.change_live("g", &spec, &fields).await.unwrap();
    assert_eq!(outcome.notes, Vec::<String>::new());
    let (config, live) = bed.domain("g").await;
    for shown in [config, live.unwrap()] {
        assert_eq!(shown.disks["cd"].source, spec.disks["cd"].source);
        assert_eq!(shown.disks["data"].bus, spec.disks["data"].bus);
    }
    assert_eq!(bed.number("g"), number);
}

#[tokio::test]
async fn the_console_carries_bytes_both_ways() {
    let bed = Bed::new("console").await;
    bed.create("g", &bed.tiny("g", json!({}))).await.unwrap();
    bed.start("g").await;
    bed.booted("g").await;
    let mut console = bed.driver.console(&bed.name("g")).await.unwrap();
    let mut text = String::new();
    let talk = async {
        let mut buffer = [0; 512];
        while !text.contains("sum=42") {
            console.write_all(b"echo sum=$((40+2))\n").await.unwrap();
            let patience = std::time::Duration::from_secs(2);
            if let Ok(count) = tokio::time::timeout(patience, console.read(&mut buffer)).await {
                text.push_str(&String::from_utf8_lossy(&buffer[..count.unwrap()]));
            }
        }
    };
    let done = tokio::time::timeout(std::time::Duration::from_secs(60), talk).await;
    assert!(done.is_ok(), "{text}");
    let info = bed.driver.domain_info(&bed.name("g")).await.unwrap();
    assert_eq!((info.power, info.vcpus), (model::PowerState::Running, 1));
    assert!(info.cpu_time_ns > 0);
}
