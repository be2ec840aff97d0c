//! What goes along when a unit is exported.

use std::collections::BTreeSet;

use model::{
    Address, Kind, ObservedResource, Seen, Spec,
    spec::{ContainerSpec, DiskSource, DomainSpec, InterfaceSource, MountKind},
};

/// An object's address with those of the networks, pools and volumes that it names.
pub fn with_uses((address, found): (&Address, &ObservedResource)) -> BTreeSet<Address> {
    let mut all = BTreeSet::from([address.clone()]);
    if let Seen::Parsed { config, .. } = &found.seen {
        all.extend(used_by(config));
    }
    all
}

fn used_by(spec: &Spec) -> BTreeSet<Address> {
    match spec {
        Spec::Domain(spec) => used_by_domain(spec),
        Spec::Container(spec) => used_by_container(spec),
        Spec::Volume(spec) => BTreeSet::from([Address::new(Kind::Pool, &spec.pool)]),
        _ => BTreeSet::new(),
    }
}

fn used_by_domain(spec: &DomainSpec) -> BTreeSet<Address> {
    let mut used = BTreeSet::new();
    for source in spec.disks.values().filter_map(|disk| disk.source.as_ref()) {
        if let DiskSource::Volume(volume) = source {
            used.insert(Address::new(Kind::Volume, volume));
            used.extend(volume.split_once('/').map(|(pool, _)| Address::new(Kind::Pool, pool)));
        }
    }
    for source in spec.interfaces.values().filter_map(|interface| interface.source.as_ref()) {
        if let InterfaceSource::Network(network) = source {
            used.insert(Address::new(Kind::Network, network));
        }
    }
    used
}

fn used_by_container(spec: &ContainerSpec) -> BTreeSet<Address> {
    let volumes = spec.mounts.values().filter(|mount| mount.kind == MountKind::Volume);
    let volumes = volumes.map(|mount| Address::new(Kind::DockerVolume, &mount.source));
    volumes.chain(spec.networks.keys().map(|network| Address::new(Kind::DockerNetwork, network))).collect()
}
