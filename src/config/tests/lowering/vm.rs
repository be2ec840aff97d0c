//! VMs.

use expect_test::expect;
use model::{Spec, spec::DiskSource};
use serde_json::json;

use super::check;
use crate::tests::support::{desired, spec};

#[test]
fn a_vm_of_an_image() {
    let nix = r#"{
      hypervisor.networks.lan.mode = "isolated";
      hypervisor.compute.units.web = {
        description = "The web server";
        image = {
          source = "https://example.org/pub/debian-12.qcow2?x=1";
          hash = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        };
        resources.compute = { units = 250; maxUnits = 400; };
        resources.memory = { size = "2Gi"; maximum = "4Gi"; };
        storage = [
          { name = "root"; size = "20Gi"; cache = "none"; }
          { name = "data"; size = "100G"; bus = "scsi"; performance = { iops = 500; throughput = "10Mi"; }; }
        ];
        network = [ { name = "eth0"; network = "lan"; bandwidth = "100Mbps"; } ];
        boot.order = [ "root" "eth0" ];
        graphics.type = "vnc";
        guestAgent = true;
      };
    }"#;
    check(
        nix,
        "domain/web",
        expect![[r#"
            uuid: 6c9f1774-b4a3-5648-885d-7b4beeb28147
            description: The web server
            domainType: kvm
            arch: x86_64
            machine: q35
            firmware: bios
            boot:
              order:
              - root
              - eth0
            vcpus:
              current: 3
              maximum: 4
            cpu: {}
            cpuTune:
              quotaUs: 83333
              periodUs: 100000
            memory:
              current: 2147483648
              maximum: 4294967296
            disks:
              data:
                device: disk
                source:
                  volume: hypernix/web-data
                format: qcow2
                bus: scsi
                serial: data
                capacity: 100000000000
                tune:
                  iops: 500
                  throughput: 10485760
              root:
                device: disk
                source:
                  volume: hypernix/web-root
                format: qcow2
                bus: virtio
                cache: none
                serial: root
                capacity: 21474836480
                tune: {}
            interfaces:
              eth0:
                source:
                  network: lan
                mac: 52:ff:80:86:9a:b8
                model: virtio
                linkUp: true
                bandwidth: 12500992
            console:
              log: /state/logs/web.log
            graphics:
              type: vnc
              listen: "127.0.0.1"
            guestAgent: true
            rng: true
            hotplugSlots: 8
            autostart: true
        "#]],
    );
    check(
        nix,
        "volume/hypernix/web-root",
        expect![[r#"
            pool: hypernix
            name: web-root
            capacity: 21474836480
            format: qcow2
            backing: /state/images/0123456789ab-debian-12.qcow2
            contents:
              overlay:
                format: qcow2
        "#]],
    );
    check(
        nix,
        "volume/hypernix/web-data",
        expect![[r#"
            pool: hypernix
            name: web-data
            capacity: 100000000000
            format: qcow2
        "#]],
    );
    check(
        nix,
        "image/0123456789ab-debian-12.qcow2",
        expect![[r#"
        path: /state/images/0123456789ab-debian-12.qcow2
        origin:
          url: https://example.org/pub/debian-12.qcow2?x=1
        sha256: 0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
    "#]],
    );
    let desired = desired(nix);
    let needs = |address: &str| -> Vec<String> {
        let address = address.parse().expect("it is an address");
        desired.resources[&address].depends_on.iter().map(ToString::to_string).collect()
    };
    assert_eq!(needs("domain/web"), ["network/lan", "volume/hypernix/web-data", "volume/hypernix/web-root"]);
    assert_eq!(needs("volume/hypernix/web-root"), ["pool/hypernix", "image/0123456789ab-debian-12.qcow2"]);
}

#[test]
fn a_vm_of_a_kernel_alone_has_no_disk_and_no_seed() {
    let nix = r#"{
      hypervisor.compute.units.tiny = {
        boot = { kernel = "/boot/vmlinuz"; initrd = "/boot/initrd"; cmdline = "console=ttyS0"; };
        resources.memory.size = "128Mi";
      };
    }"#;
    let desired = desired(nix);
    let all: Vec<String> = desired.resources.keys().map(ToString::to_string).collect();
    assert_eq!(all, ["domain/tiny"]);
    expect![[r#"
        uuid: 1adc0740-1bae-5ac1-a19c-caa80635950c
        domainType: kvm
        arch: x86_64
        machine: q35
        firmware: bios
        boot:
          kernel: /boot/vmlinuz
          initrd: /boot/initrd
          cmdline: console=ttyS0
        vcpus:
          current: 1
          maximum: 1
        cpu: {}
        cpuTune: {}
        memory:
          current: 134217728
          maximum: 134217728
        console:
          log: /state/logs/tiny.log
        rng: true
        hotplugSlots: 8
        autostart: true
    "#]]
    .assert_eq(&spec(&desired, "domain/tiny"));
}

#[test]
fn the_machine_follows_from_isolation_and_architecture() {
    let nix = |options: &str| format!("{{ hypervisor.compute.units.vm1 = {{ image = \"/a.qcow2\"; {options} }}; }}");
    let table = [
        ("", "kvm", "x86_64", "q35", Some("bios")),
        ("boot.secureBoot = true;", "kvm", "x86_64", "q35", Some("uefi-secure")),
        ("features.isolation.type = \"firecracker\";", "kvm", "x86_64", "microvm", None),
        ("resources.compute.architecture = \"aarch64\";", "qemu", "aarch64", "virt", Some("uefi")),
        ("boot.machine = \"pc\";", "kvm", "x86_64", "pc", Some("bios")),
    ];
    for (options, kind, arch, machine, firmware) in table {
        let desired = desired(&nix(options));
        let address = "domain/vm1".parse().expect("it is an address");
        let domain = serde_json::to_value(&desired.resources[&address].spec).expect("it serialises");
        let spec = &domain["spec"];
        let found = [&spec["domainType"], &spec["arch"], &spec["machine"], &spec["firmware"]];
        assert_eq!(found, [&json!(kind), &json!(arch), &json!(machine), &json!(firmware)], "{options}");
    }
}

#[test]
fn ephemeral_disks_are_deleted_with_their_unit_and_others_are_kept() {
    let nix = r#"{
      hypervisor.compute.units.web = {
        image = "/a.qcow2";
        storage = [ { name = "scratch"; size = "1Gi"; ephemeral = true; } { name = "data"; size = "1Gi"; } ];
      };
    }"#;
    let desired = desired(nix);
    let deletion = |address: &str| desired.resources[&address.parse().expect("it is an address")].policy.deletion;
    assert_eq!(deletion("volume/hypernix/web-scratch"), model::DeletionPolicy::Delete);
    assert_eq!(deletion("volume/hypernix/web-data"), model::DeletionPolicy::Retain);
}

#[test]
fn cloud_init_is_merged_from_components_and_the_unit() {
    let nix = r#"{
      hypervisor.compute.units.web = {
        image = "/a.qcow2";
        cloudInit = {
          hostname = "www";
          users = [ { name = "admin"; sudo = "ALL=(ALL) NOPASSWD:ALL"; } ];
          sshAuthorizedKeys = [ "ssh-ed25519 AAAA me" ];
          metaData.environment = "yes";
          networkConfig = { version = 2; ethernets.eth0.dhcp4 = true; };
          userData = {
            timezone = "Europe/Berlin";
            write_files = [ { path = "/etc/motd"; permissions = "0644"; content = "on\noff\n"; } ];
          };
        };
      };
    }"#;
    let desired = desired(nix);
    let seed = desired.of_kind(model::Kind::Seed).next().expect("there is something to tell").1;
    let Spec::Seed(seed) = &seed.spec else { panic!("it is a seed") };
    let network = seed.network_config.as_deref().unwrap_or_default();
    expect![[r##"
        #cloud-config
        hostname: www
        users:
        - default
        - name: admin
          sudo: ALL=(ALL) NOPASSWD:ALL
        ssh_authorized_keys:
        - ssh-ed25519 AAAA me
        timezone: Europe/Berlin
        write_files:
        - content: |
            on
            off
          path: /etc/motd
          permissions: "0644"
        ---
        instance-id: 6c9f1774-b4a3-5648-885d-7b4beeb28147
        local-hostname: www
        environment: "yes"
        ---
        ethernets:
          eth0:
            dhcp4: true
        version: 2
    "##]]
    .assert_eq(&format!("{}---\n{}---\n{network}", seed.user_data, seed.meta_data));
}

#[test]
fn every_field_knows_where_it_came_from() {
    let nix = r#"{
      hypervisor.compute.tags.big = { category = "performance"; values.resources.memory.size = "4Gi"; };
      hypervisor.compute.units.web = {
        tags = [ "big" ];
        image = "/a.qcow2";
        storage = [ { name = "data"; size = "1Gi"; } ];
      };
    }"#;
    let desired = desired(nix);
    let domain = &desired.resources[&"domain/web".parse().expect("it is an address")];
    let origin = |path: &str| domain.origin_of(&path.into()).expect("it has one").to_string();
    expect![[r#"
        memory.current: tag `big` (priority 50), /etc/hypernix/host.nix:2:65
        disks.root.source: set by the unit, /etc/hypernix/host.nix:5:9
        disks.data.capacity: set by the unit, /etc/hypernix/host.nix:6:9
        vcpus.current: option default
    "#]]
    .assert_eq(
        &["memory.current", "disks.root.source", "disks.data.capacity", "vcpus.current"]
            .map(|path| format!("{path}: {}\n", origin(path)))
            .concat(),
    );
}

#[test]
fn the_policy_of_a_unit_covers_its_volumes() {
    let nix = r#"{
      hypervisor.compute.units.web = {
        image = "/a.qcow2";
        deletionPolicy = "delete";
        protect = true;
        update = { onChange = "restart-if-needed"; drift = "report"; };
        shutdown = { timeout = "3m"; force = false; };
        pruneGrace = "7d";
        previousNames = [ "webserver" ];
        state = "stopped";
        lifecycle.preStart = "echo before";
      };
    }"#;
    let desired = desired(nix);
    let resource = |address: &str| {
        let address = address.parse().expect("it is an address");
        let mut value = serde_json::to_value(&desired.resources[&address]).expect("it serialises");
        value
            .as_object_mut()
            .expect("it is an object")
            .retain(|key, _| matches!(key.as_str(), "policy" | "power" | "hooks" | "previousNames" | "declaredAt"));
        crate::tests::support::yaml(&value)
    };
    expect![[r#"
        policy:
          onChange: restart-if-needed
          drift: report
          deletion: delete
          protect: true
          adopt: false
          shutdown:
            timeout: 3m
            force: false
          pruneGrace: 168h
        power: stopped
        declaredAt:
          file: /etc/hypernix/host.nix
          line: 2
          column: 7
        hooks:
          preStart: echo before
          postStart: ""
          preStop: ""
          postStop: ""
        previousNames:
        - webserver
    "#]]
    .assert_eq(&resource("domain/web"));
    assert_eq!(
        desired.resources[&"volume/hypernix/web-root".parse().expect("it is an address")].policy,
        desired.resources[&"domain/web".parse().expect("it is an address")].policy
    );
}

#[test]
fn a_disk_and_an_image_can_be_declared_volumes() {
    let nix = |pools: &str| {
        format!(
            r#"{{
      hypervisor.storage = {{
        {pools}
        volumes.base = {{ image = "/a.qcow2"; size = "10Gi"; }};
        volumes.shared.size = "5Gi";
      }};
      hypervisor.compute.units.web = {{
        image.volume = "default/base";
        storage = [ {{ name = "data"; volume = "shared"; readOnly = true; }} ];
      }};
    }}"#
        )
    };
    for (pools, pool) in [("", "hypernix"), ("pools.default = { };", "default")] {
        let desired = desired(&nix(pools));
        let domain = &desired.resources[&"domain/web".parse().expect("it is an address")];
        let Spec::Domain(spec) = &domain.spec else { panic!("it is a domain") };
        let source = |disk: &str| spec.disks[disk].source.clone();
        let volume = |name: &str| Some(DiskSource::Volume(format!("{pool}/{name}")));
        assert_eq!([source("root"), source("data")], [volume("base"), volume("shared")]);
        let missing = domain.depends_on.iter().find(|address| !desired.resources.contains_key(address));
        assert_eq!(missing, None, "what the domain needs is declared");
    }
}

#[test]
fn a_renamed_unit_that_names_its_old_volumes_has_the_same_ones() {
    let before = desired(
        r#"{
          hypervisor.compute.units.old = {
            image = "/a.qcow2";
            storage = [ { name = "root"; size = "20Gi"; } { name = "data"; size = "1Gi"; } ];
          };
        }"#,
    );
    let after = desired(
        r#"{
          hypervisor.storage.volumes = {
            old-root = { image = "/a.qcow2"; size = "20Gi"; };
            old-data.size = "1Gi";
          };
          hypervisor.compute.units.new = {
            previousNames = [ "old" ];
            image.volume = "old-root";
            storage = [ { name = "data"; volume = "old-data"; } ];
          };
        }"#,
    );
    for volume in ["volume/hypernix/old-root", "volume/hypernix/old-data"] {
        assert_eq!(spec(&after, volume), spec(&before, volume), "{volume}");
    }
    let disks = |desired: &model::Desired, unit: &str| {
        let resource = &desired.resources[&unit.parse().expect("an address")];
        let Spec::Domain(domain) = &resource.spec else { panic!("{unit} is a domain") };
        let volume = |source: &DiskSource| matches!(source, DiskSource::Volume(_));
        let sources = domain.disks.iter().map(|(name, disk)| (name.clone(), disk.source.clone()));
        sources.filter(|(_, source)| source.as_ref().is_some_and(volume)).collect::<Vec<_>>()
    };
    assert_eq!(disks(&after, "domain/new"), disks(&before, "domain/old"));
}
