//! Where the storage pools are, to name a file as a volume and the other way round.

use std::path::{Path, PathBuf};

use model::spec::DiskSource;

use super::{LibvirtError, connections::Link, pool, xml::Element};

/// The directories of the pools by the pools' names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PoolPaths(Vec<(String, PathBuf)>);

/// Asks libvirt where its pools are.
///
/// # Errors
/// When libvirt refuses.
pub(super) fn paths(link: &Link<'_>) -> Result<PoolPaths, LibvirtError> {
    let pools = link.read(|connect| connect.list_all_storage_pools(0))?;
    let read = |found: &virt::storage_pool::StoragePool| -> Result<Option<(String, PathBuf)>, LibvirtError> {
        let Some(text) = link.find(|_| found.xml_desc(0))? else { return Ok(None) };
        let document = Element::parse(&text)?;
        Ok(document.text_of("name").zip(pool::read(&document).path))
    };
    pools.iter().filter_map(|pool| read(pool).transpose()).collect()
}

impl PoolPaths {
    /// The directories.
    pub(super) fn directories(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().map(|(_, directory)| directory.as_path())
    }

    /// The volume `pool/volume` that is the file at `path`.
    pub(super) fn volume_at(&self, path: &Path) -> Option<String> {
        let (directory, file) = (path.parent()?, path.file_name()?.to_str()?);
        let (pool, _) = self.0.iter().find(|(_, target)| target == directory)?;
        Some(format!("{pool}/{file}"))
    }

    /// Where a disk's source is on the host.
    pub(super) fn path_of(&self, source: &DiskSource) -> Option<PathBuf> {
        match source {
            DiskSource::File(path) | DiskSource::Block(path) => Some(path.clone()),
            DiskSource::Volume(name) => {
                let (pool, volume) = name.split_once('/')?;
                let (_, target) = self.0.iter().find(|(name, _)| name == pool)?;
                Some(target.join(volume))
            }
        }
    }
}

impl FromIterator<(String, PathBuf)> for PoolPaths {
    fn from_iter<I: IntoIterator<Item = (String, PathBuf)>>(pools: I) -> Self {
        Self(pools.into_iter().collect())
    }
}
