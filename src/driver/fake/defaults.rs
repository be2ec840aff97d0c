//! What backends fill in where a specification leaves it to them: none of it is ours, and none of it is drift.

use std::{collections::BTreeMap, path::PathBuf};

use model::{
    Address, Bytes, Kind, Spec,
    spec::{
        ContainerImageSpec, ContainerSpec, DiskBus, DiskKind, DiskSource, DockerNetworkSpec, DockerSubnet,
        DockerVolumeSpec, DomainSpec, DomainType, Firmware, ForwardMode, LogConfig, NetworkSpec, PoolKind, PoolSpec,
        RestartPolicy, VolumeFormat, VolumeSpec,
    },
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::World;

/// What becomes of `spec` when the backend takes it.
pub(super) fn filled_in(world: &World, address: &Address, spec: Spec) -> Spec {
    let made_up = made_up(world, address);
    match spec {
        Spec::Domain(spec) => Spec::Domain(domain(world, spec, made_up)),
        Spec::Network(spec) => Spec::Network(network(spec, made_up)),
        Spec::Pool(spec) => Spec::Pool(pool(address, spec, made_up)),
        Spec::Volume(spec) => Spec::Volume(volume(spec)),
        Spec::DockerNetwork(spec) => Spec::DockerNetwork(docker_network(spec, made_up)),
        Spec::DockerVolume(spec) => {
            Spec::DockerVolume(DockerVolumeSpec { driver: spec.driver.or_else(|| Some("local".into())), ..spec })
        }
        Spec::ContainerImage(spec) => Spec::ContainerImage(container_image(spec, made_up)),
        Spec::Container(spec) => Spec::Container(container(world, spec, made_up)),
        spec @ (Spec::Image(_) | Spec::Seed(_) | Spec::File(_)) => spec,
    }
}

/// The id of the image that a reference stands for.
pub(super) fn image_id(world: &World, reference: &str) -> Option<String> {
    match &world.objects.get(&Address::new(Kind::ContainerImage, reference))?.config {
        Spec::ContainerImage(image) => image.id.clone(),
        _ => None,
    }
}

fn made_up(world: &World, address: &Address) -> Uuid {
    let digest = Sha256::digest(format!("{address} made up {}", world.serial));
    Uuid::from_bytes(std::array::from_fn(|at| digest[at]))
}

fn domain(world: &World, mut spec: DomainSpec, made_up: Uuid) -> DomainSpec {
    spec.uuid.get_or_insert(made_up);
    spec.domain_type.get_or_insert(DomainType::Qemu);
    let arch = spec.arch.get_or_insert_with(|| "x86_64".into()).clone();
    let machine = spec.machine.take().unwrap_or_else(|| "pc".into());
    let version = world.facts.machines.get(&format!("{arch}/{machine}")).cloned();
    spec.machine = Some(version.unwrap_or(machine));
    spec.emulator.get_or_insert_with(|| PathBuf::from(format!("/usr/bin/qemu-system-{arch}")));
    spec.firmware.get_or_insert(Firmware::Bios);
    spec.vcpus.maximum = spec.vcpus.maximum.or(spec.vcpus.current).or(Some(1));
    spec.vcpus.current = spec.vcpus.current.or(spec.vcpus.maximum);
    spec.memory.maximum = spec.memory.maximum.or(spec.memory.current).or(Some(Bytes::mib(512)));
    spec.memory.current = spec.memory.current.or(spec.memory.maximum);
    spec.autostart.get_or_insert(false);
    for disk in spec.disks.values_mut() {
        disk.device.get_or_insert(DiskKind::Disk);
        disk.bus.get_or_insert(DiskBus::Virtio);
        disk.format.get_or_insert_with(|| "raw".into());
    }
    for (at, (name, interface)) in spec.interfaces.iter_mut().enumerate() {
        let digest = Sha256::digest(format!("{made_up} {name} {at}"));
        interface.mac.get_or_insert_with(|| format!("52:54:00:{:02x}:{:02x}:{:02x}", digest[0], digest[1], digest[2]));
        interface.model.get_or_insert_with(|| "rtl8139".into());
        interface.link_up.get_or_insert(true);
    }
    spec
}

/// The size that a domain's disk has, which is its volume's.
pub(super) fn sized(world: &World, mut spec: Spec) -> Spec {
    if let Spec::Domain(domain) = &mut spec {
        for disk in domain.disks.values_mut() {
            let Some(DiskSource::Volume(name)) = &disk.source else { continue };
            if let Some(object) = world.objects.get(&Address::new(Kind::Volume, name.as_str()))
                && let Spec::Volume(volume) = &object.config
            {
                disk.capacity = volume.capacity;
            }
        }
    }
    spec
}

fn network(mut spec: NetworkSpec, made_up: Uuid) -> NetworkSpec {
    spec.uuid.get_or_insert(made_up);
    spec.forward.get_or_insert(ForwardMode::Isolated);
    spec.bridge.get_or_insert_with(|| format!("virbr{}", made_up.as_bytes()[0]));
    spec.autostart.get_or_insert(false);
    spec
}

fn pool(address: &Address, mut spec: PoolSpec, made_up: Uuid) -> PoolSpec {
    spec.uuid.get_or_insert(made_up);
    spec.kind.get_or_insert(PoolKind::Dir);
    spec.path.get_or_insert_with(|| PathBuf::from("/var/lib/libvirt").join(&address.name));
    spec.autostart.get_or_insert(false);
    spec
}

/// What it was filled with is not to be seen afterwards.
fn volume(mut spec: VolumeSpec) -> VolumeSpec {
    spec.contents = None;
    spec.capacity.get_or_insert(Bytes::gib(1));
    spec.format.get_or_insert(VolumeFormat::Raw);
    spec
}

fn docker_network(mut spec: DockerNetworkSpec, made_up: Uuid) -> DockerNetworkSpec {
    spec.driver.get_or_insert_with(|| "bridge".into());
    spec.internal.get_or_insert(false);
    let subnet = spec.subnet.get_or_insert_with(DockerSubnet::default);
    let third = made_up.as_bytes()[0];
    subnet.cidr.get_or_insert_with(|| format!("172.18.{third}.0/24"));
    subnet.gateway.get_or_insert_with(|| format!("172.18.{third}.1"));
    spec
}

fn container_image(mut spec: ContainerImageSpec, made_up: Uuid) -> ContainerImageSpec {
    spec.id = Some(format!("sha256:{}", hex::encode(Sha256::digest(made_up))));
    spec
}

fn container(world: &World, mut spec: ContainerSpec, made_up: Uuid) -> ContainerSpec {
    spec.image_id = image_id(world, &spec.image);
    spec.hostname.get_or_insert_with(|| made_up.simple().to_string()[..12].to_owned());
    spec.entrypoint.get_or_insert_with(Vec::new);
    spec.env.entry("PATH".into()).or_insert_with(|| "/usr/sbin:/usr/bin:/sbin:/bin".into());
    spec.network_mode.get_or_insert_with(|| "default".into());
    spec.restart.get_or_insert_with(|| RestartPolicy { name: "no".into(), max_retries: 0 });
    spec.runtime.get_or_insert_with(|| "runc".into());
    spec.privileged.get_or_insert(false);
    spec.read_only_root.get_or_insert(false);
    spec.log.get_or_insert_with(|| LogConfig { driver: "json-file".into(), options: BTreeMap::new() });
    let limits = &mut spec.limits;
    limits.memory_swap = limits.memory_swap.or(limits.memory.map(|memory| Bytes::new(memory.get() * 2)));
    spec
}
