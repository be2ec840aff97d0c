//! Every row of every table, tried: a field of a running resource is declared otherwise, and the plan says what
//! that costs.

use std::collections::BTreeSet;

use expect_test::{Expect, expect};
use model::{Address, FieldPath, Kind, PowerState, Spec};
use serde_json::{Value, json};

use super::{
    build::{World, place},
    full::full,
};
use crate::{
    diff::Leaves,
    matrix::{Row, row_for, table},
    print,
};

/// Changes one field after the other of what is declared, and prints what each comes to. Fails where a row of the
/// kind's table is not among those tried.
#[track_caller]
fn check(kind: Kind, cases: &[(&str, Value)], expected: Expect) {
    let mut printed = String::new();
    let mut rows = BTreeSet::new();
    for (path, value) in cases {
        rows.extend(row_for(kind, &FieldPath::from(*path)).map(|row| row.fields));
        let outcome = outcome(kind, path, value);
        printed.push_str(&format!("{path} = {}: {outcome}\n", print::plain(value)));
    }
    let untried: Vec<&str> = table(kind).iter().map(|row: &Row| row.fields).filter(|f| !rows.contains(f)).collect();
    assert_eq!(untried, Vec::<&str>::new(), "rows of {kind} that no case tries");
    expected.assert_eq(&printed);
}

/// What becomes of a running, settled resource when `path` is declared to be `value` (`null`: not at all).
fn outcome(kind: Kind, path: &str, value: &Value) -> String {
    let address = Address::new(kind, if kind == Kind::Volume { "default/root" } else { "it" });
    let mut world = World::new();
    world.settled(&address, full(kind), PowerState::Running);
    let changed = with(&full(kind), path, value);
    world.desired.resources.get_mut(&address).expect("declared").spec = changed;
    match world.try_plan() {
        Err(refusal) => format!("refused, {}", refusal.errors[0]),
        Ok(plan) => match plan.change_of(&address) {
            None => "nothing".to_owned(),
            Some(change) => format!("{:?}, {:?}", change.verb, change.effect),
        },
    }
}

fn with(spec: &Spec, path: &str, value: &Value) -> Spec {
    let mut text = serde_json::to_value(spec).expect("serialises");
    place(&mut text["spec"], &FieldPath::from(path).segments(), value);
    serde_json::from_value(text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn every_leaf_of_every_kind_has_a_row() {
    for kind in Kind::ALL {
        for path in Leaves::of(&full(kind)).fields.keys() {
            assert!(row_for(kind, path).is_some(), "{kind} has no row for {path}");
        }
    }
}

#[test]
fn domains() {
    let cases = [
        ("uuid", json!("00000000-0000-0000-0000-000000000009")),
        ("title", json!("other")),
        ("description", json!(null)),
        ("labels.team", json!("other")),
        ("autostart", json!(false)),
        ("domainType", json!("qemu")),
        ("arch", json!("aarch64")),
        ("machine", json!("pc")),
        ("emulator", json!("/nix/store/b-qemu/bin/qemu-system-x86_64")),
        ("firmware", json!("bios")),
        ("boot.cmdline", json!("verbose")),
        ("vcpus.current", json!(3)),
        ("vcpus.current", json!(1)),
        ("vcpus.current", json!(5)),
        ("vcpus.maximum", json!(8)),
        ("cpu.model", json!("Skylake")),
        ("cpu.features.svm", json!("disable")),
        ("cpuTune.shares", json!(2048)),
        ("cpuTune.pins.0", json!("2")),
        ("memory.current", json!(3_u64 << 30)),
        ("memory.current", json!(1_u64 << 30)),
        ("memory.current", json!(8_u64 << 30)),
        ("memory.maximum", json!(8_u64 << 30)),
        ("memory.hugepages", json!(null)),
        ("memory.shared", json!(false)),
        ("disks.data", json!({ "bus": "virtio", "source": { "volume": "default/data" } })),
        ("disks.data", json!({ "bus": "scsi", "source": { "volume": "default/data" } })),
        ("disks.data", json!({ "bus": "sata", "source": { "volume": "default/data" } })),
        ("disks.root", json!(null)),
        ("disks.root.source", json!({ "volume": "default/other" })),
        ("disks.root.capacity", json!(20_u64 << 30)),
        ("disks.root.capacity", json!(5_u64 << 30)),
        ("disks.root.tune.iops", json!(2000)),
        ("disks.root.cache", json!("writeback")),
        ("interfaces.wan", json!({ "source": { "network": "wan" } })),
        ("interfaces.lan", json!(null)),
        ("interfaces.lan.linkUp", json!(false)),
        ("interfaces.lan.source", json!({ "bridge": "br0" })),
        ("interfaces.lan.source", json!("user")),
        ("interfaces.lan.bandwidth", json!(20 << 20)),
        ("interfaces.lan.mac", json!("52:54:00:00:00:02")),
        ("interfaces.lan.model", json!("e1000e")),
        ("interfaces.lan.mtu", json!(9000)),
        ("filesystems.doc", json!({ "driver": "virtiofs", "source": "/srv/doc", "target": "doc" })),
        ("filesystems.doc", json!({ "driver": "9p", "source": "/srv/doc", "target": "doc" })),
        ("filesystems.src", json!(null)),
        ("filesystems.src.target", json!("other")),
        ("hostDevices.nic", json!({ "device": "pci", "address": "0000:02:00.0" })),
        ("hostDevices.gpu.address", json!("0000:03:00.0")),
        ("console.log", json!(null)),
        ("graphics.listen", json!("0.0.0.0")),
        ("guestAgent", json!(false)),
        ("rng", json!(false)),
        ("tpm", json!(false)),
        ("hotplugSlots", json!(4)),
    ];
    check(
        Kind::Domain,
        &cases,
        expect![[r#"
        uuid = 00000000-0000-0000-0000-000000000009: Update, None
        title = other: Update, Live
        description = unset: Update, Live
        labels.team = other: Update, Live
        autostart = no: Update, None
        domainType = qemu: Update, None
        arch = aarch64: Update, None
        machine = pc: Stage, NextBoot
        emulator = /nix/store/b-qemu/bin/qemu-system-x86_64: Stage, NextBoot
        firmware = bios: Stage, NextBoot
        boot.cmdline = verbose: Stage, NextBoot
        vcpus.current = 3: Update, Live
        vcpus.current = 1: Stage, NextBoot
        vcpus.current = 5: Stage, NextBoot
        vcpus.maximum = 8: Stage, NextBoot
        cpu.model = Skylake: Stage, NextBoot
        cpu.features.svm = disable: Stage, NextBoot
        cpuTune.shares = 2048: Update, Live
        cpuTune.pins.0 = 2: Update, Live
        memory.current = 3221225472: Update, Live
        memory.current = 1073741824: Update, Live
        memory.current = 8589934592: Stage, NextBoot
        memory.maximum = 8589934592: Stage, NextBoot
        memory.hugepages = unset: Stage, NextBoot
        memory.shared = no: Stage, NextBoot
        disks.data = bus virtio, source volume default/data: Update, Live
        disks.data = bus scsi, source volume default/data: Update, Live
        disks.data = bus sata, source volume default/data: Stage, NextBoot
        disks.root = unset: Update, Live
        disks.root.source = volume default/other: Stage, NextBoot
        disks.root.capacity = 21474836480: Update, Live
        disks.root.capacity = 5368709120: refused, domain/it is smaller than before: it has 10 GiB, and the declaration says 5 GiB; volumes are never shrunk
        disks.root.tune.iops = 2000: Update, Live
        disks.root.cache = writeback: Stage, NextBoot
        interfaces.wan = source network wan: Update, Live
        interfaces.lan = unset: Update, Live
        interfaces.lan.linkUp = no: Update, Live
        interfaces.lan.source = bridge br0: Update, Live
        interfaces.lan.source = user: Stage, NextBoot
        interfaces.lan.bandwidth = 20971520: Update, Live
        interfaces.lan.mac = 52:54:00:00:00:02: Update, Live
        interfaces.lan.model = e1000e: Update, Live
        interfaces.lan.mtu = 9000: Stage, NextBoot
        filesystems.doc = driver virtiofs, source /srv/doc, target doc: Update, Live
        filesystems.doc = driver 9p, source /srv/doc, target doc: Stage, NextBoot
        filesystems.src = unset: Update, Live
        filesystems.src.target = other: Stage, NextBoot
        hostDevices.nic = device pci, address 0000:02:00.0: Update, Live
        hostDevices.gpu.address = 0000:03:00.0: Stage, NextBoot
        console.log = unset: Stage, NextBoot
        graphics.listen = 0.0.0.0: Stage, NextBoot
        guestAgent = no: Stage, NextBoot
        rng = no: Stage, NextBoot
        tpm = no: Stage, NextBoot
        hotplugSlots = 4: Stage, NextBoot
    "#]],
    );
}

#[test]
fn containers() {
    let cases = [
        ("limits.memory", json!(512 << 20)),
        ("limits.memory", json!(null)),
        ("limits.memorySwap", json!(1_u64 << 30)),
        ("limits.memoryReservation", json!(null)),
        ("limits.nanoCpus", json!(null)),
        ("limits.cpuShares", json!(256)),
        ("limits.cpuset", json!("0,1")),
        ("limits.cpuset", json!("0")),
        ("limits.pids", json!(null)),
        ("restart.name", json!("no")),
        ("networks.back", json!({})),
        ("networks.front", json!(null)),
        ("networks.front.aliases", json!(["other"])),
        ("imageId", json!("sha256:bb")),
        ("image", json!("proxy:2")),
        ("command", json!(["other"])),
        ("entrypoint", json!(["/other"])),
        ("env.MODE", json!("fast")),
        ("workdir", json!("/")),
        ("user", json!("0")),
        ("hostname", json!("other")),
        ("labels.team", json!("other")),
        ("mounts.\"/data\".readOnly", json!(true)),
        ("mounts.\"/etc/x\"", json!({ "type": "bind", "source": "/etc/x" })),
        ("ports.\"80/tcp\"", json!([{ "address": "0.0.0.0", "port": 8081 }])),
        ("networkMode", json!("host")),
        ("health.retries", json!(5)),
        ("runtime", json!("kata-runtime")),
        ("capAdd", json!(["cap_net_admin"])),
        ("capAdd", json!(["SYS_TIME"])),
        ("capDrop", json!([])),
        ("securityOpt", json!([])),
        ("devices", json!(["/dev/fuse:/dev/fuse:rwm"])),
        ("devices", json!([])),
        ("dns", json!(["1.1.1.1"])),
        ("extraHosts", json!([])),
        ("privileged", json!(true)),
        ("readOnlyRoot", json!(false)),
        ("init", json!(false)),
        ("ulimits.nofile.soft", json!(2048)),
        ("log.driver", json!("journald")),
        ("stopSignal", json!("SIGINT")),
        ("gpus", json!(-1)),
    ];
    check(
        Kind::Container,
        &cases,
        expect![[r#"
        limits.memory = 536870912: Update, Live
        limits.memory = unset: Recreate, Recreate
        limits.memorySwap = 1073741824: Update, Live
        limits.memoryReservation = unset: Recreate, Recreate
        limits.nanoCpus = unset: Update, Live
        limits.cpuShares = 256: Update, Live
        limits.cpuset = 0,1: nothing
        limits.cpuset = 0: Update, Live
        limits.pids = unset: Update, Live
        restart.name = no: Update, Live
        networks.back = : Update, Live
        networks.front = unset: Update, Live
        networks.front.aliases = other: Update, Live
        imageId = sha256:bb: nothing
        image = proxy:2: Recreate, Recreate
        command = other: Recreate, Recreate
        entrypoint = /other: Recreate, Recreate
        env.MODE = fast: Recreate, Recreate
        workdir = /: Recreate, Recreate
        user = 0: Recreate, Recreate
        hostname = other: Recreate, Recreate
        labels.team = other: Recreate, Recreate
        mounts."/data".readOnly = yes: Recreate, Recreate
        mounts."/etc/x" = type bind, source /etc/x: Recreate, Recreate
        ports."80/tcp" = address 0.0.0.0, port 8081: Recreate, Recreate
        networkMode = host: Recreate, Recreate
        health.retries = 5: Recreate, Recreate
        runtime = kata-runtime: Recreate, Recreate
        capAdd = cap_net_admin: nothing
        capAdd = SYS_TIME: Recreate, Recreate
        capDrop = nothing: Recreate, Recreate
        securityOpt = nothing: Recreate, Recreate
        devices = /dev/fuse:/dev/fuse:rwm: nothing
        devices = nothing: Recreate, Recreate
        dns = 1.1.1.1: Recreate, Recreate
        extraHosts = nothing: Recreate, Recreate
        privileged = yes: Recreate, Recreate
        readOnlyRoot = no: Recreate, Recreate
        init = no: Recreate, Recreate
        ulimits.nofile.soft = 2048: Recreate, Recreate
        log.driver = journald: Recreate, Recreate
        stopSignal = SIGINT: Recreate, Recreate
        gpus = -1: Recreate, Recreate
    "#]],
    );
}

#[test]
fn networks() {
    let cases = [
        ("uuid", json!("00000000-0000-0000-0000-000000000009")),
        ("autostart", json!(false)),
        ("ipv4.dhcpHosts.web.address", json!("192.168.150.6")),
        ("ipv4.dhcpHosts.db", json!({ "mac": "52:54:00:00:00:02", "address": "192.168.150.7" })),
        ("ipv4.dhcpRange.end", json!("192.168.150.50")),
        ("dnsHosts.\"192.168.150.1\"", json!(["router"])),
        ("forward", json!("isolated")),
        ("bridge", json!("virbr8")),
        ("mtu", json!(9000)),
        ("domain", json!("other.local")),
        ("ipv4.address", json!("192.168.151.1")),
        ("ipv4.prefix", json!(25)),
    ];
    check(
        Kind::Network,
        &cases,
        expect![[r#"
        uuid = 00000000-0000-0000-0000-000000000009: Update, None
        autostart = no: Update, Live
        ipv4.dhcpHosts.web.address = 192.168.150.6: Update, Live
        ipv4.dhcpHosts.db = mac 52:54:00:00:00:02, address 192.168.150.7: Update, Live
        ipv4.dhcpRange.end = 192.168.150.50: Restart, Restart
        dnsHosts."192.168.150.1" = router: Update, Live
        forward = isolated: Restart, Restart
        bridge = virbr8: Restart, Restart
        mtu = 9000: Restart, Restart
        domain = other.local: Restart, Restart
        ipv4.address = 192.168.151.1: Restart, Restart
        ipv4.prefix = 25: Restart, Restart
    "#]],
    );
}

#[test]
fn pools() {
    let cases = [
        ("uuid", json!("00000000-0000-0000-0000-000000000009")),
        ("autostart", json!(false)),
        ("type", json!("dir")),
        ("path", json!("/elsewhere")),
        ("sourceName", json!("other")),
        ("sourceHost", json!("other")),
        ("sourceDir", json!("/other")),
    ];
    check(
        Kind::Pool,
        &cases,
        expect![[r#"
        uuid = 00000000-0000-0000-0000-000000000009: nothing
        autostart = no: Update, Live
        type = dir: Hold, None
        path = /elsewhere: Hold, None
        sourceName = other: Hold, None
        sourceHost = other: Hold, None
        sourceDir = /other: Hold, None
    "#]],
    );
}

#[test]
fn volumes() {
    let cases = [
        ("pool", json!("other")),
        ("name", json!("other")),
        ("capacity", json!(20_u64 << 30)),
        ("capacity", json!(5_u64 << 30)),
        ("capacity", json!(null)),
        ("format", json!("raw")),
        ("backing", json!("/images/other.qcow2")),
        ("backing", json!(null)),
        ("contents", json!({ "copy": { "image": "/images/x", "format": "raw" } })),
    ];
    check(
        Kind::Volume,
        &cases,
        expect![[r#"
        pool = other: nothing
        name = other: nothing
        capacity = 21474836480: Update, None
        capacity = 5368709120: refused, volume/default/root is smaller than before: it has 10 GiB, and the declaration says 5 GiB; volumes are never shrunk
        capacity = unset: nothing
        format = raw: refused, changing `format` of volume/default/root from qcow2 to raw would make a new one, without the data
        backing = /images/other.qcow2: refused, changing `backing` of volume/default/root from /images/debian.qcow2 to /images/other.qcow2 would make a new one, without the data
        backing = unset: nothing
        contents = copy image /images/x, format raw: nothing
    "#]],
    );
}

#[test]
fn docker_networks_and_volumes() {
    let cases = [
        ("driver", json!("macvlan")),
        ("subnet.cidr", json!("10.6.0.0/24")),
        ("internal", json!(true)),
        ("options.mtu", json!("1500")),
        ("labels.team", json!("other")),
    ];
    check(
        Kind::DockerNetwork,
        &cases,
        expect![[r#"
        driver = macvlan: Recreate, Recreate
        subnet.cidr = 10.6.0.0/24: Recreate, Recreate
        internal = yes: Recreate, Recreate
        options.mtu = 1500: Recreate, Recreate
        labels.team = other: Recreate, Recreate
    "#]],
    );
    let cases = [("driver", json!("nfs")), ("options.type", json!("nfs")), ("labels.team", json!("other"))];
    check(
        Kind::DockerVolume,
        &cases,
        expect![[r#"
        driver = nfs: Hold, None
        options.type = nfs: Hold, None
        labels.team = other: Hold, None
    "#]],
    );
}

#[test]
fn files_and_images() {
    let cases =
        [("path", json!("/images/x")), ("sha256", json!("bb".repeat(32))), ("origin", json!({ "file": "/iso/x" }))];
    check(
        Kind::Image,
        &cases,
        expect![[r#"
            path = /images/x: Update, Live
            sha256 = bbbbbbbbbbbb…: Update, Live
            origin = file /iso/x: nothing
        "#]],
    );
    let cases = [
        ("path", json!("/seeds/web-2.iso")),
        ("userData", json!("#cloud-config\nusers: []\n")),
        ("metaData", json!("instance-id: other\n")),
        ("networkConfig", json!(null)),
    ];
    check(
        Kind::Seed,
        &cases,
        expect![[r#"
            path = /seeds/web-2.iso: Update, Live
            userData = 2 lines: Update, Live
            metaData = 1 line: Update, Live
            networkConfig = unset: Update, Live
        "#]],
    );
    let cases = [
        ("path", json!("/files/x")),
        ("content", json!("listen 81\n")),
        ("mode", json!("0600")),
        ("owner", json!("www")),
        ("group", json!("www")),
    ];
    check(
        Kind::File,
        &cases,
        expect![[r#"
            path = /files/x: Update, Live
            content = 1 line: Update, Live
            mode = 0600: Update, Live
            owner = www: Update, Live
            group = www: Update, Live
        "#]],
    );
    let cases = [
        ("reference", json!("proxy:2")),
        ("id", json!("sha256:bb")),
        ("source", json!({ "pull": "never" })),
        ("source", json!({ "pull": "always" })),
        ("source", json!({ "archive": "/x.tar" })),
        ("archiveSha256", json!("bb".repeat(32))),
    ];
    check(
        Kind::ContainerImage,
        &cases,
        expect![[r#"
            reference = proxy:2: nothing
            id = sha256:bb: nothing
            source = pull never: nothing
            source = pull always: Refresh, Live
            source = archive /x.tar: nothing
            archiveSha256 = bbbbbbbbbbbb…: Update, Live
        "#]],
    );
}
