//! Objects in, Nix out; and back.

use std::collections::{BTreeMap, BTreeSet};

use config::{EvalSettings, LowerSettings};
use expect_test::{Expect, expect};
use model::{
    Address, Applied, Bytes, Fingerprint, HostFacts, ObservedResource, OwnerId, Ownership, PowerState, Seen, Spec, spec,
};

use super::write;

type Case = (&'static str, Spec, PowerState);

fn objects(cases: impl IntoIterator<Item = Case>) -> BTreeMap<Address, ObservedResource> {
    let object = |(address, config, power): Case| {
        let resource = ObservedResource {
            ownership: Ownership::Unmanaged,
            seen: Seen::Parsed { config, live: None },
            power,
            fingerprint: Fingerprint::default(),
            domain: None,
            foreign_users: Default::default(),
        };
        (address.parse().expect("an address"), resource)
    };
    cases.into_iter().map(object).collect()
}

#[track_caller]
fn check(cases: impl IntoIterator<Item = Case>, expected: Expect) {
    expected.assert_eq(&write(&objects(cases), &Applied::default()));
}

fn domain() -> Spec {
    let data = spec::Disk {
        source: Some(spec::DiskSource::Volume("fast/mail-data".to_owned())),
        tune: spec::DiskTune { iops: Some(500), throughput: None },
        ..spec::Disk::default()
    };
    let odd = spec::Disk { source: Some(spec::DiskSource::File("/srv/x.img".into())), ..spec::Disk::default() };
    let lan = spec::Interface {
        source: Some(spec::InterfaceSource::Network("lan".to_owned())),
        mac: Some("52:54:00:00:00:01".to_owned()),
        model: Some("virtio".to_owned()),
        ..spec::Interface::default()
    };
    Spec::Domain(spec::DomainSpec {
        vcpus: spec::Vcpus { current: Some(2), maximum: Some(4) },
        memory: spec::DomainMemory {
            current: Some(Bytes::gib(2)),
            maximum: Some(Bytes::gib(4)),
            ..spec::DomainMemory::default()
        },
        disks: BTreeMap::from([("data".to_owned(), data), ("odd".to_owned(), odd)]),
        interfaces: BTreeMap::from([("lan".to_owned(), lan)]),
        autostart: Some(true),
        hotplug_slots: Some(8),
        ..spec::DomainSpec::default()
    })
}

fn container() -> Spec {
    Spec::Container(spec::ContainerSpec {
        image: "registry/web:1".to_owned(),
        env: BTreeMap::from([("MODE".to_owned(), "fast".to_owned())]),
        ports: BTreeMap::from([(
            "80/tcp".to_owned(),
            vec![spec::PortBinding { address: "127.0.0.1".to_owned(), port: Some(8080) }],
        )]),
        mounts: BTreeMap::from([(
            "/srv".to_owned(),
            spec::Mount { kind: spec::MountKind::Volume, source: "web-data".to_owned(), read_only: true },
        )]),
        restart: Some(spec::RestartPolicy { name: "always".to_owned(), max_retries: 0 }),
        limits: spec::Limits { memory: Some(Bytes::mib(64)), nano_cpus: Some(500_000_000), ..spec::Limits::default() },
        ..spec::ContainerSpec::default()
    })
}

/// A network, a pool and a volume.
fn surroundings() -> [Case; 3] {
    let network = spec::NetworkSpec {
        forward: Some(spec::ForwardMode::Nat),
        ipv4: Some(spec::Ipv4 {
            address: Some("192.168.9.1".to_owned()),
            prefix: Some(24),
            dhcp_range: Some(spec::DhcpRange { start: "192.168.9.2".to_owned(), end: "192.168.9.254".to_owned() }),
            ..spec::Ipv4::default()
        }),
        autostart: Some(true),
        ..spec::NetworkSpec::default()
    };
    let pool = spec::PoolSpec {
        kind: Some(spec::PoolKind::Dir),
        path: Some("/srv/nvme".into()),
        autostart: Some(true),
        ..spec::PoolSpec::default()
    };
    let volume = spec::VolumeSpec {
        pool: "fast".to_owned(),
        name: "mail-data".to_owned(),
        capacity: Some(Bytes::gib(20)),
        format: Some(spec::VolumeFormat::Raw),
        ..spec::VolumeSpec::default()
    };
    [
        ("network/lan", Spec::Network(network), PowerState::Running),
        ("pool/fast", Spec::Pool(pool), PowerState::Running),
        ("volume/fast/mail-data", Spec::Volume(volume), PowerState::Off),
    ]
}

#[test]
fn a_domain_made_by_hand_becomes_a_unit_to_adopt_and_says_what_it_leaves_out() {
    check(
        [("domain/mail", domain(), PowerState::Running)],
        expect![[r##"
            # Written by `hypernix export` from what runs on this host.
            {
              # domain/mail: disk odd: /srv/x.img is in no storage pool; undeclared, it stays as it is
              hypervisor.compute.units.mail = {
                resources = {
                  compute = {
                    units = 200;
                    maxUnits = 400;
                  };
                  memory = {
                    size = "2Gi";
                    maximum = "4Gi";
                  };
                };
                storage = [
                  {
                    name = "data";
                    volume = "mail-data";
                    performance.iops = 500;
                  }
                ];
                network = [
                  { name = "lan"; network = "lan"; mac = "52:54:00:00:00:01"; }
                ];
                console.log = false;
                adopt = true;
              };
            }
        "##]],
    );
}

#[test]
fn a_stopped_container_becomes_a_stopped_unit() {
    check(
        [("container/web", container(), PowerState::Off)],
        expect![[r##"
        # Written by `hypernix export` from what runs on this host.
        {
          hypervisor.compute.units.web = {
            features.isolation.type = "container";
            image.source = "registry/web:1";
            resources = {
              compute.units = 50;
              memory.size = "64Mi";
            };
            container = {
              env.MODE = "fast";
              ports = [ "127.0.0.1:8080:80/tcp" ];
              volumes = [ "web-data:/srv:ro" ];
              restartPolicy = "always";
            };
            state = "stopped";
            adopt = true;
          };
        }
    "##]],
    );
}

#[test]
fn networks_pools_and_volumes_keep_only_what_differs_from_the_defaults() {
    check(
        surroundings(),
        expect![[r##"
            # Written by `hypernix export` from what runs on this host.
            {
              hypervisor.networks.lan = {
                ipv4 = {
                  address = "192.168.9.1";
                  dhcp = {
                    start = "192.168.9.2";
                    end = "192.168.9.254";
                  };
                };
                adopt = true;
              };

              hypervisor.storage.pools.fast = {
                path = "/srv/nvme";
                adopt = true;
              };

              hypervisor.storage.volumes.mail-data = {
                pool = "fast";
                size = "20Gi";
                format = "raw";
                adopt = true;
              };
            }
        "##]],
    );
}

#[test]
fn what_was_exported_reads_back_as_the_same_objects() {
    let data = Spec::DockerVolume(spec::DockerVolumeSpec::default());
    let mut exported = objects(surroundings());
    exported.extend(objects([
        ("domain/mail", domain(), PowerState::Running),
        ("container/web", container(), PowerState::Off),
        ("docker-volume/web-data", data, PowerState::Off),
    ]));
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("host.nix");
    std::fs::write(&file, write(&exported, &Applied::default())).expect("written");
    let loaded = config::load(&file, &EvalSettings::default()).map_err(miette::Report::new);
    let settings = LowerSettings {
        owner: OwnerId(Default::default()),
        state_dir: "/var/lib/hypervisor".into(),
        host: HostFacts { arch: "x86_64".to_owned(), ..HostFacts::default() },
        known: BTreeSet::new(),
        files: BTreeMap::new(),
    };
    let desired = loaded.expect("it evaluates").lower(&settings).expect("it resolves");
    for (address, object) in &exported {
        let Seen::Parsed { config, .. } = &object.seen else { unreachable!("every object of this test was parsed") };
        let declared = desired.resources.get(address).map(|resource| resource.spec.fields()).unwrap_or_default();
        // A disk outside of every pool cannot be declared, as the file says.
        for (path, value) in config.fields().into_iter().filter(|(path, _)| !path.is_within("disks.odd")) {
            assert_eq!(declared.get(&path), Some(&value), "{path} of {address}");
        }
    }
}
