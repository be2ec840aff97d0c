//! Small declarations.

use std::collections::BTreeSet;

use model::{
    Address, Bytes, Desired, OwnerId, Resource, Span, Spec, mac_for,
    spec::{
        ContainerImageSource, ContainerImageSpec, ContainerSpec, Disk, DiskBus, DiskSource, DockerNetworkSpec,
        DomainMemory, DomainSpec, Endpoint, FileSpec, Interface, InterfaceSource, Mount, MountKind, NetworkSpec,
        PoolSpec, PortBinding, PullPolicy, SeedSpec, Vcpus, VolumeFormat, VolumeSpec,
    },
    uuid_for,
};

pub(super) fn address(text: &str) -> Address {
    text.parse().expect("a test's address parses")
}

/// A declaration that grows by the line.
#[derive(Clone, Debug, Default)]
pub(super) struct House {
    pub(super) desired: Desired,
    owner: Option<OwnerId>,
}

impl House {
    pub(super) fn of(owner: OwnerId) -> Self {
        Self { desired: Desired::default(), owner: Some(owner) }
    }

    /// One of everything: a domain with its disk, pool, network and seed, a container with its image and network.
    pub(super) fn furnished(owner: OwnerId) -> Self {
        let mut house = Self::of(owner);
        house.add("pool/default", Spec::Pool(PoolSpec::default()));
        house.add("network/lan", Spec::Network(NetworkSpec { autostart: Some(true), ..NetworkSpec::default() }));
        house.volume("default/root", 10);
        house.add("seed/web", Spec::Seed(SeedSpec { path: "/seeds/web.iso".into(), ..SeedSpec::default() }));
        house.domain("web");
        house.add("docker-network/front", Spec::DockerNetwork(DockerNetworkSpec::default()));
        house.image("proxy:1");
        house.container("proxy", "proxy:1");
        house
    }

    pub(super) fn add(&mut self, at: &str, mut spec: Spec) -> &mut Resource {
        let address = address(at);
        let uuid = self.owner.map(|owner| uuid_for(owner, &address));
        match &mut spec {
            Spec::Domain(spec) => spec.uuid = uuid,
            Spec::Network(spec) => spec.uuid = uuid,
            Spec::Pool(spec) => spec.uuid = uuid,
            _ => {}
        }
        let mut resource = Resource::new(spec);
        resource.policy.prune_grace = Span::seconds(0);
        self.desired.resources.entry(address).insert_entry(resource).into_mut()
    }

    pub(super) fn volume(&mut self, name: &str, gib: u64) -> &mut Resource {
        let (pool, volume) = name.split_once('/').expect("pool/volume");
        self.add(
            &format!("volume/{name}"),
            Spec::Volume(VolumeSpec {
                pool: pool.into(),
                name: volume.into(),
                capacity: Some(Bytes::gib(gib)),
                format: Some(VolumeFormat::Qcow2),
                ..VolumeSpec::default()
            }),
        )
    }

    /// A running domain on `default/root` and `lan`.
    pub(super) fn domain(&mut self, name: &str) -> &mut Resource {
        let mut spec = DomainSpec {
            arch: Some("x86_64".into()),
            machine: Some("q35".into()),
            vcpus: Vcpus { current: Some(2), maximum: Some(4) },
            memory: DomainMemory {
                current: Some(Bytes::gib(2)),
                maximum: Some(Bytes::gib(4)),
                ..DomainMemory::default()
            },
            ..DomainSpec::default()
        };
        spec.disks.insert("root".into(), disk("default/root"));
        let mac = self.owner.map(|owner| mac_for(owner, name, "lan"));
        let source = Some(InterfaceSource::Network("lan".into()));
        spec.interfaces.insert("lan".into(), Interface { source, mac, ..Interface::default() });
        self.add(&format!("domain/{name}"), Spec::Domain(spec))
    }

    /// A domain that needs nothing else.
    pub(super) fn bare_domain(&mut self, name: &str) -> &mut Resource {
        let memory = DomainMemory { maximum: Some(Bytes::mib(512)), ..DomainMemory::default() };
        self.add(&format!("domain/{name}"), Spec::Domain(DomainSpec { memory, ..DomainSpec::default() }))
    }

    pub(super) fn image(&mut self, reference: &str) -> &mut Resource {
        self.add(
            &format!("container-image/{reference}"),
            Spec::ContainerImage(ContainerImageSpec {
                reference: reference.into(),
                source: Some(ContainerImageSource::Pull(PullPolicy::Missing)),
                ..ContainerImageSpec::default()
            }),
        )
    }

    /// A running container on `front`, of an image that is declared beside it.
    pub(super) fn container(&mut self, name: &str, image: &str) -> &mut Resource {
        let mut spec = ContainerSpec { image: image.into(), ..ContainerSpec::default() };
        spec.networks.insert("front".into(), Endpoint::default());
        spec.limits.memory = Some(Bytes::mib(256));
        self.add(&format!("container/{name}"), Spec::Container(spec))
    }

    pub(super) fn file(&mut self, name: &str, content: &str) -> &mut Resource {
        self.add(
            &format!("file/{name}"),
            Spec::File(FileSpec {
                path: format!("/files/{name}").into(),
                content: content.into(),
                mode: "0644".into(),
                owner: "root".into(),
                group: "root".into(),
            }),
        )
    }

    pub(super) fn without(mut self, gone: &str) -> Self {
        self.desired.resources.remove(&address(gone));
        self
    }

    pub(super) fn resource(&mut self, at: &str) -> &mut Resource {
        self.desired.resources.get_mut(&address(at)).expect("the test declared it")
    }

    pub(super) fn domain_spec(&mut self, name: &str) -> &mut DomainSpec {
        match &mut self.resource(&format!("domain/{name}")).spec {
            Spec::Domain(spec) => spec,
            other => panic!("{other:?} is no domain"),
        }
    }

    pub(super) fn container_spec(&mut self, name: &str) -> &mut ContainerSpec {
        match &mut self.resource(&format!("container/{name}")).spec {
            Spec::Container(spec) => spec,
            other => panic!("{other:?} is no container"),
        }
    }

    pub(super) fn volume_spec(&mut self, name: &str) -> &mut VolumeSpec {
        match &mut self.resource(&format!("volume/{name}")).spec {
            Spec::Volume(spec) => spec,
            other => panic!("{other:?} is no volume"),
        }
    }

    pub(super) fn addresses(&self) -> BTreeSet<Address> {
        self.desired.resources.keys().cloned().collect()
    }
}

pub(super) fn disk(volume: &str) -> Disk {
    Disk {
        source: Some(DiskSource::Volume(volume.into())),
        format: Some("qcow2".into()),
        bus: Some(DiskBus::Virtio),
        ..Disk::default()
    }
}

pub(super) fn bind(source: &str) -> Mount {
    Mount { kind: MountKind::Bind, source: source.into(), read_only: true }
}

pub(super) fn port(port: u16) -> Vec<PortBinding> {
    vec![PortBinding { address: "0.0.0.0".into(), port: Some(port) }]
}
