//! What a specification uses: the edges of the graph that need no declaring.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use model::{
    Address, Desired, FieldPath, Kind, Spec,
    spec::{ContainerSpec, DiskSource, DomainSpec, InterfaceSource, MountKind, VolumeContents, VolumeSpec},
};

/// A thing that a specification uses: by address, or by a path on the host that some resource keeps.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Use {
    /// A resource.
    Resource(Address),
    /// A file.
    Path(PathBuf),
}

/// Which declared resource needs which: what it depends on by declaration and what its specification uses.
#[derive(Clone, Debug, Default)]
pub(crate) struct Graph {
    needs: BTreeMap<Address, BTreeSet<Address>>,
}

impl Graph {
    /// Reads the edges of everything that is declared.
    pub(crate) fn of(desired: &Desired) -> Self {
        let by_path: BTreeMap<&Path, &Address> = desired
            .resources
            .iter()
            .filter_map(|(address, resource)| Some((kept_at(&resource.spec)?, address)))
            .collect();
        let needs = desired.resources.iter().map(|(address, resource)| {
            let used = uses(&resource.spec).into_iter().filter_map(|used| match used {
                Use::Resource(address) => desired.resources.contains_key(&address).then_some(address),
                Use::Path(path) => by_path.get(path.as_path()).map(|address| (*address).clone()),
            });
            (address.clone(), used.chain(resource.depends_on.iter().cloned()).filter(|n| n != address).collect())
        });
        Self { needs: needs.collect() }
    }

    /// What a resource needs directly.
    pub(crate) fn needs(&self, address: &Address) -> impl Iterator<Item = &Address> {
        self.needs.get(address).into_iter().flatten()
    }

    /// Those addresses and everything that they need.
    pub(crate) fn closure(&self, of: &BTreeSet<Address>) -> BTreeSet<Address> {
        let mut all = BTreeSet::new();
        let mut open: Vec<&Address> = of.iter().collect();
        while let Some(address) = open.pop() {
            if all.insert(address.clone()) {
                open.extend(self.needs(address));
            }
        }
        all
    }
}

/// Everything that a specification uses.
pub(crate) fn uses(spec: &Spec) -> BTreeSet<Use> {
    uses_by_field(spec).into_iter().map(|(_, used)| used).collect()
}

/// Everything that a specification uses, with the field that says so.
pub(crate) fn uses_by_field(spec: &Spec) -> Vec<(FieldPath, Use)> {
    match spec {
        Spec::Domain(spec) => domain_uses(spec),
        Spec::Container(spec) => container_uses(spec),
        Spec::Volume(spec) => volume_uses(spec),
        Spec::Network(_)
        | Spec::DockerNetwork(_)
        | Spec::Pool(_)
        | Spec::Image(_)
        | Spec::DockerVolume(_)
        | Spec::Seed(_)
        | Spec::File(_)
        | Spec::ContainerImage(_) => Vec::new(),
    }
}

/// The path of the file that a resource keeps.
pub(crate) fn kept_at(spec: &Spec) -> Option<&Path> {
    match spec {
        Spec::Image(spec) => Some(&spec.path),
        Spec::Seed(spec) => Some(&spec.path),
        Spec::File(spec) => Some(&spec.path),
        _ => None,
    }
}

fn domain_uses(spec: &DomainSpec) -> Vec<(FieldPath, Use)> {
    let disks = spec.disks.iter().flat_map(|(name, disk)| {
        let used = match &disk.source {
            Some(DiskSource::Volume(name)) => {
                let pool = name.split_once('/').map(|(pool, _)| Use::Resource(Address::new(Kind::Pool, pool)));
                [Some(Use::Resource(Address::new(Kind::Volume, name))), pool]
            }
            Some(DiskSource::File(path) | DiskSource::Block(path)) => [Some(Use::Path(path.clone())), None],
            None => [None, None],
        };
        let field = FieldPath::from_segments(["disks", name, "source"]);
        used.into_iter().flatten().map(move |used| (field.clone(), used))
    });
    let interfaces = spec.interfaces.iter().filter_map(|(name, interface)| match &interface.source {
        Some(InterfaceSource::Network(network)) => {
            let field = FieldPath::from_segments(["interfaces", name, "source"]);
            Some((field, Use::Resource(Address::new(Kind::Network, network))))
        }
        _ => None,
    });
    let boot = [("boot.kernel", &spec.boot.kernel), ("boot.initrd", &spec.boot.initrd)];
    let boot = boot.into_iter().filter_map(|(field, path)| Some((field.into(), Use::Path(path.clone()?))));
    disks.chain(interfaces).chain(boot).collect()
}

fn container_uses(spec: &ContainerSpec) -> Vec<(FieldPath, Use)> {
    let mounts = spec.mounts.iter().filter_map(|(target, mount)| {
        let used = match mount.kind {
            MountKind::Bind => Use::Path(mount.source.clone().into()),
            MountKind::Volume => Use::Resource(Address::new(Kind::DockerVolume, &mount.source)),
            MountKind::Tmpfs => return None,
        };
        Some((FieldPath::from_segments(["mounts", target, "source"]), used))
    });
    let network = |name: &String| Use::Resource(Address::new(Kind::DockerNetwork, name));
    let networks = spec.networks.keys().map(|name| (FieldPath::from_segments(["networks", name]), network(name)));
    let mode = spec.network_mode.iter().map(|name| ("networkMode".into(), network(name)));
    let image = ("image".into(), Use::Resource(Address::new(Kind::ContainerImage, &spec.image)));
    mounts.chain(networks).chain(mode).chain([image]).collect()
}

fn volume_uses(spec: &VolumeSpec) -> Vec<(FieldPath, Use)> {
    let copied = match &spec.contents {
        Some(VolumeContents::Copy { image, .. }) => Some(("contents", image)),
        Some(VolumeContents::Overlay { .. }) | None => None,
    };
    let backing = spec.backing.as_ref().map(|path| ("backing", path));
    let files = [backing, copied].into_iter().flatten().map(|(field, path)| (field.into(), Use::Path(path.clone())));
    files.chain([("pool".into(), Use::Resource(Address::new(Kind::Pool, &spec.pool)))]).collect()
}
