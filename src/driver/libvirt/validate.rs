//! What specifications name on this host and is not there, found before anything is changed: libvirt takes a domain
//! without its kernel or disk, and refuses only its start.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::ErrorKind,
    path::{Path, PathBuf},
};

use model::{
    Address, Spec,
    spec::{DiskSource, DomainSpec, ForwardMode, InterfaceSource, VolumeContents, VolumeSpec},
};

use super::{
    LibvirtError,
    connections::{Connections, Link},
    network,
    pools::{self, PoolPaths},
    volume,
    xml::Element,
};
use crate::{Finding, Severity, fault::chain};

/// Something on the host that a specification names.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Need {
    address: Address,
    field: String,
    thing: Thing,
    cure: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Thing {
    Path(PathBuf),
    /// What the volume of that name is filled with when it is made, and not looked at afterwards.
    Contents(PathBuf, String),
    Bridge(String),
}

/// What is not there yet, and will be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Coming {
    paths: BTreeSet<PathBuf>,
    bridges: BTreeSet<String>,
    /// Volumes that are there already.
    filled: BTreeSet<String>,
}

/// Tells what the specifications name that neither is there nor is made by them or kept in our `state` directory.
pub(super) async fn find_missing(
    connections: &Connections,
    state: &Path,
    wanted: &BTreeMap<Address, Spec>,
) -> Vec<Finding> {
    let named = wanted.iter().flat_map(|(address, spec)| needs(address, spec)).collect();
    let coming = made_by(wanted);
    let open = open(named, &coming, state).await;
    let Some(first) = open.first().map(|need| need.address.clone()) else { return Vec::new() };
    // Only now is libvirt asked: mostly everything is there.
    let (asked, volumes) = (open.clone(), volumes_of(wanted));
    let known = connections.run(move |link| made_by_libvirt(link, &asked, &volumes)).await;
    match known {
        Ok(known) => open.iter().filter(|need| !known.brings(&need.thing)).map(Need::finding).collect(),
        Err(error) => {
            let text = format!("it could not be checked whether what it names is there: {}", chain(&error));
            vec![Finding { address: first, severity: Severity::Warning, text }]
        }
    }
}

/// Those that are not there, are not coming, and are no business of ours either.
async fn open(named: Vec<Need>, coming: &Coming, state: &Path) -> Vec<Need> {
    let ours = |thing: &Thing| thing.path().is_some_and(|path| path.starts_with(state));
    let looked_for: Vec<Need> =
        named.into_iter().filter(|need| !ours(&need.thing) && !coming.brings(&need.thing)).collect();
    // A file server that does not answer must hold up nobody else.
    let looked = tokio::task::spawn_blocking(move || looked_for.into_iter().filter(Need::is_open).collect());
    looked.await.expect("looking whether files are there does not panic")
}

fn needs(address: &Address, spec: &Spec) -> Vec<Need> {
    let named = match spec {
        Spec::Domain(spec) => of_domain(spec),
        Spec::Volume(spec) => of_volume(spec),
        _ => Vec::new(),
    };
    let need = |(field, thing, cure)| Need { address: address.clone(), field, thing, cure };
    named.into_iter().map(need).collect()
}

fn of_domain(spec: &DomainSpec) -> Vec<(String, Thing, &'static str)> {
    let boot = [("kernel", &spec.boot.kernel), ("initrd", &spec.boot.initrd)].into_iter().filter_map(|(name, path)| {
        let thing = Thing::Path(path.clone()?);
        Some((format!("boot.{name}"), thing, "put it there, or name a file that is there"))
    });
    let disks = spec.disks.iter().filter_map(|(name, disk)| match disk.source.as_ref()? {
        DiskSource::File(path) => Some((
            format!("disks.{name}.source.file"),
            Thing::Path(path.clone()),
            "put the disk's file there, or declare a volume for it",
        )),
        DiskSource::Block(path) => Some((
            format!("disks.{name}.source.block"),
            Thing::Path(path.clone()),
            "make the device available, or name one that is there",
        )),
        DiskSource::Volume(_) => None,
    });
    let filesystems = spec.filesystems.iter().filter_map(|(name, filesystem)| {
        let thing = Thing::Path(filesystem.source.clone()?);
        Some((format!("filesystems.{name}.source"), thing, "make the directory, or share another"))
    });
    let interfaces = spec.interfaces.iter().filter_map(|(name, interface)| match interface.source.as_ref()? {
        InterfaceSource::Bridge(bridge) => Some((
            format!("interfaces.{name}.source.bridge"),
            Thing::Bridge(bridge.clone()),
            "make the bridge in the host's network configuration, or plug the interface into a network",
        )),
        InterfaceSource::Network(_) | InterfaceSource::User | InterfaceSource::Other(_) => None,
    });
    boot.chain(disks).chain(filesystems).chain(interfaces).collect()
}

fn of_volume(spec: &VolumeSpec) -> Vec<(String, Thing, &'static str)> {
    const CURE: &str = "put the image there, or declare where it is fetched from";
    let backing = spec.backing.clone().map(|path| ("backing".to_owned(), Thing::Path(path), CURE));
    let copied = match &spec.contents {
        Some(VolumeContents::Copy { image, .. }) => {
            let thing = Thing::Contents(image.clone(), format!("{}/{}", spec.pool, spec.name));
            Some(("contents.copy.image".to_owned(), thing, CURE))
        }
        Some(VolumeContents::Overlay { .. }) | None => None,
    };
    backing.into_iter().chain(copied).collect()
}

/// What the specifications themselves bring.
fn made_by(wanted: &BTreeMap<Address, Spec>) -> Coming {
    let pools = wanted.iter().filter_map(|(address, spec)| match spec {
        Spec::Pool(spec) => Some((address.name.clone(), spec.path.clone()?)),
        _ => None,
    });
    let pools: Vec<(String, PathBuf)> = pools.collect();
    let mut coming = Coming::default();
    coming.paths.extend(pools.iter().map(|(_, path)| path.clone()));
    coming.add_volumes(&pools.into_iter().collect(), &volumes_of(wanted));
    for spec in wanted.values() {
        match spec {
            Spec::Image(spec) => coming.paths.extend([spec.path.clone()]),
            Spec::Seed(spec) => coming.paths.extend([spec.path.clone()]),
            Spec::File(spec) => coming.paths.extend([spec.path.clone()]),
            Spec::Network(spec) if spec.forward != Some(ForwardMode::Bridge) => {
                coming.bridges.extend(spec.bridge.clone());
            }
            _ => {}
        }
    }
    coming
}

fn volumes_of(wanted: &BTreeMap<Address, Spec>) -> Vec<String> {
    let name = |spec: &Spec| match spec {
        Spec::Volume(spec) => Some(format!("{}/{}", spec.pool, spec.name)),
        _ => None,
    };
    wanted.values().filter_map(name).collect()
}

/// What is brought by way of pools and networks that libvirt has already.
fn made_by_libvirt(link: &Link<'_>, open: &[Need], volumes: &[String]) -> Result<Coming, LibvirtError> {
    let mut coming = Coming::default();
    coming.add_volumes(&pools::paths(link)?, volumes);
    if open.iter().any(|need| matches!(need.thing, Thing::Bridge(_))) {
        for found in link.read(|connect| connect.list_all_networks(0))? {
            let Some(text) = link.find(|_| found.xml_desc(0))? else { continue };
            let network = network::read(&Element::parse(&text)?);
            if network.forward != Some(ForwardMode::Bridge) {
                coming.bridges.extend(network.bridge);
            }
        }
    }
    for need in open {
        if let Thing::Contents(_, volume) = &need.thing
            && volume::is_there(link, volume)?
        {
            coming.filled.insert(volume.clone());
        }
    }
    Ok(coming)
}

impl Need {
    fn is_open(&self) -> bool {
        let path = match &self.thing {
            Thing::Path(path) | Thing::Contents(path, _) => path,
            Thing::Bridge(name) => &Path::new("/sys/class/net").join(name),
        };
        // What we may not look at may well be there.
        let error = std::fs::metadata(path).err();
        error.is_some_and(|error| matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory))
    }

    fn finding(&self) -> Finding {
        let what = match &self.thing {
            Thing::Path(path) | Thing::Contents(path, _) => path.display().to_string(),
            Thing::Bridge(name) => format!("bridge `{name}`"),
        };
        let text = format!("{}: there is no {what} on this host: {}", self.field, self.cure);
        Finding { address: self.address.clone(), severity: Severity::Error, text }
    }
}

impl Thing {
    fn path(&self) -> Option<&Path> {
        match self {
            Self::Path(path) | Self::Contents(path, _) => Some(path),
            Self::Bridge(_) => None,
        }
    }
}

impl Coming {
    fn brings(&self, thing: &Thing) -> bool {
        // What is made is made with the directories above it.
        let comes = |path: &Path| self.paths.iter().any(|made| made.starts_with(path));
        match thing {
            Thing::Path(path) => comes(path),
            Thing::Contents(path, volume) => comes(path) || self.filled.contains(volume),
            Thing::Bridge(name) => self.bridges.contains(name),
        }
    }

    fn add_volumes(&mut self, pools: &PoolPaths, volumes: &[String]) {
        let path = |volume: &String| pools.path_of(&DiskSource::Volume(volume.clone()));
        self.paths.extend(volumes.iter().filter_map(path));
    }
}

#[cfg(test)]
mod tests;
