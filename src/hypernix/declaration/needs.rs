//! What resolving a declaration has to ask of this host besides its facts.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use config::Loaded;
use driver::host::Host;
use model::{Address, Applied, Backend, Contents, Kind, Spec, spec::ContainerImageSource};
use serde::{Deserialize, Serialize};

/// What resolving a declaration has to ask of this host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Needs {
    /// The backends on which anything is declared.
    pub backends: BTreeSet<Backend>,
    archives: BTreeSet<PathBuf>,
    images: BTreeSet<PathBuf>,
    /// Whether any unit had another name before.
    renames: bool,
}

impl Needs {
    /// What this declaration asks.
    pub fn of(loaded: &Loaded) -> Self {
        let renames = loaded.composition.units.values().any(|unit| !unit.unit.previous_names.is_empty());
        Self { backends: loaded.backends(), archives: loaded.archives(), images: loaded.images(), renames }
    }

    /// What the files hold that the declaration names. What was made of an archive outlives it.
    pub async fn files(&self, host: &Host, applied: &Applied) -> BTreeMap<PathBuf, Contents> {
        let mut files = host.contents(self.archives.union(&self.images).cloned().collect()).await;
        for (file, contents) in files.iter_mut().filter(|(file, _)| self.archives.contains(*file)) {
            let made = applied.rows.values().find_map(|row| archive_in(&row.spec, file));
            if let (Contents::Missing, Some(sha256)) = (&*contents, made) {
                *contents = Contents::Sha256(sha256);
            }
        }
        files
    }

    /// What was applied here before, so far as it makes a difference: images that are here already, and, where units
    /// were renamed, everything. The less this is, the longer a declaration holds still.
    pub fn known(&self, applied: Applied) -> BTreeSet<Address> {
        let matters = |address: &Address| self.renames || address.kind == Kind::Image;
        applied.rows.into_keys().filter(matters).collect()
    }
}

/// The hash of the archive that an image was made of, where it is `file`.
fn archive_in(spec: &Spec, file: &Path) -> Option<String> {
    let Spec::ContainerImage(image) = spec else { return None };
    match &image.source {
        Some(ContainerImageSource::Archive(path) | ContainerImageSource::Rootfs(path)) if path == file => {
            image.archive_sha256.clone()
        }
        _ => None,
    }
}
