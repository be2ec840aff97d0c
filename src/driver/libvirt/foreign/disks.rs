//! The files that a domain's disks are on: volumes of a pool at their directory.

use std::{
    collections::BTreeMap,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use model::{
    Address, Bytes, Kind, Spec,
    spec::{DiskSource, DomainSpec, PoolKind, PoolSpec, VolumeFormat, VolumeSpec},
};

use super::ForeignObject;
use crate::libvirt::xml::Element;

/// Where libvirt keeps its own pool.
const LIBVIRT_S_OWN: &str = "/var/lib/libvirt/images";

/// The disks of a document that are files on this host.
#[derive(Debug, Default)]
pub(super) struct Disks {
    /// The directories, by the names of pools to be.
    pub(super) pools: BTreeMap<String, PathBuf>,
    volumes: BTreeMap<String, VolumeSpec>,
}

/// Looks for the files.
pub(super) fn found(domain: &Element) -> Disks {
    let mut disks = Disks::default();
    for disk in domain.child("devices").into_iter().flat_map(|devices| devices.named("disk")) {
        if disk.attr("device").unwrap_or("disk") == "disk"
            && let Some(path) = disk.attr_at(&["source"], "file")
        {
            disks.add(Path::new(path), disk.attr_at(&["driver"], "type"));
        }
    }
    disks
}

impl Disks {
    fn add(&mut self, path: &Path, format: Option<&str>) {
        let parts = path.parent().zip(path.file_name().and_then(|name| name.to_str()));
        let (Some((directory, file)), Some(capacity)) = (parts, capacity(path)) else { return };
        let pool = self.pool_at(directory);
        let format = match format {
            Some("qcow2") => VolumeFormat::Qcow2,
            Some("raw") | None => VolumeFormat::Raw,
            Some(_) => VolumeFormat::Other,
        };
        let volume = VolumeSpec {
            pool: pool.clone(),
            name: file.to_owned(),
            capacity: Some(capacity),
            format: Some(format),
            ..VolumeSpec::default()
        };
        self.volumes.insert(format!("{pool}/{file}"), volume);
    }

    /// The name of the pool at a directory, the directory's own where no other pool has it.
    fn pool_at(&mut self, directory: &Path) -> String {
        if let Some((name, _)) = self.pools.iter().find(|(_, path)| *path == directory) {
            return name.clone();
        }
        let own = directory.file_name().and_then(|name| name.to_str()).unwrap_or("root");
        let base = if directory == Path::new(LIBVIRT_S_OWN) { "default" } else { own };
        let numbered = (2..).map(|n| format!("{base}-{n}"));
        let mut names = std::iter::once(base.to_owned()).chain(numbered);
        let name = names.find(|name| !self.pools.contains_key(name)).unwrap_or_else(|| base.to_owned());
        self.pools.insert(name.clone(), directory.to_owned());
        name
    }

    /// Takes out of a domain the disks whose files are not here, and names them.
    pub(super) fn put_into(&self, spec: &mut DomainSpec) -> Vec<String> {
        let mut missing = Vec::new();
        spec.disks.retain(|name, disk| match &disk.source {
            Some(DiskSource::Volume(volume)) if self.pools.keys().any(|pool| is_of(volume, pool)) => {
                let is_here = self.volumes.contains_key(volume);
                if !is_here {
                    missing.push(format!("disk {name}: its file `{volume}` is not on this host"));
                }
                is_here
            }
            Some(DiskSource::File(path)) if disk.device == Some(model::spec::DiskKind::Disk) => {
                missing.push(format!("disk {name}: {} is not on this host", path.display()));
                false
            }
            _ => true,
        });
        missing
    }

    /// The pools and volumes.
    pub(super) fn objects(self) -> Vec<ForeignObject> {
        let object = |address, spec| ForeignObject { address, spec, unread: Vec::new() };
        let pools = self.pools.into_iter().map(|(name, path)| {
            let spec =
                PoolSpec { kind: Some(PoolKind::Dir), path: Some(path), autostart: Some(true), ..PoolSpec::default() };
            object(Address::new(Kind::Pool, name), Spec::Pool(spec))
        });
        let volumes =
            self.volumes.into_iter().map(|(name, spec)| object(Address::new(Kind::Volume, name), Spec::Volume(spec)));
        pools.chain(volumes).collect()
    }
}

fn is_of(volume: &str, pool: &str) -> bool {
    volume.strip_prefix(pool).is_some_and(|rest| rest.starts_with('/'))
}

/// How much a disk image holds: what its header says where it is qcow2 (the size is eight bytes from the 24th), else
/// the file's length.
fn capacity(path: &Path) -> Option<Bytes> {
    let mut file = File::open(path).ok()?;
    let mut header = [0; 32];
    let whole = file.metadata().ok()?.len();
    if file.read_exact(&mut header).is_ok() && &header[..4] == b"QFI\xfb" {
        let size: [u8; 8] = header[24..].try_into().ok()?;
        return Some(Bytes::new(u64::from_be_bytes(size)));
    }
    Some(Bytes::new(whole))
}
