//! Our files by their applied rows. A file whose inode, size and time are those of the last apply is not read.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

use model::{
    Address, Applied, AppliedRow, Fingerprint, ObservedResource, Ownership, PowerState, Seen, Spec,
    spec::{ImageSpec, SeedSpec},
};

use super::{FileError, file, image, is_file, seed};
use crate::ObserveRequest;

/// The rows of our files, and of those that were ours and are asked for.
pub(super) struct Known {
    rows: Vec<(Address, AppliedRow, Wanted)>,
}

/// Whether a row is what is wanted still.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    AsApplied,
    Otherwise,
    /// It was let go of, and may be wanted again.
    Released,
}

impl Known {
    /// The rows that a request asks for.
    pub(super) fn of(request: &ObserveRequest<'_>) -> Self {
        let asked = |address: &Address| is_file(address.kind) && request.only.is_none_or(|only| only.contains(address));
        let rows = request.applied.rows.iter().filter(|(address, _)| asked(address));
        let rows = rows.map(|(address, row)| {
            let same = request.wanted.get(address) == Some(&row.spec_hash);
            (address.clone(), row.clone(), if same { Wanted::AsApplied } else { Wanted::Otherwise })
        });
        let named = |address: &Address| request.wanted.contains_key(address) || request.only.is_some();
        let released = request.applied.released.iter().filter(|(address, _)| asked(address) && named(address));
        let released = released.filter(|(address, _)| request.applied.released(address).is_some());
        let released = released.map(|(address, row)| (address.clone(), row.clone(), Wanted::Released));
        Self { rows: rows.chain(released).collect() }
    }

    /// Where they are kept.
    pub(super) fn paths(&self) -> Vec<(Address, PathBuf)> {
        let paths =
            self.rows.iter().filter_map(|(address, row, _)| Some((address.clone(), path(&row.spec)?.to_owned())));
        paths.collect()
    }

    /// What is there of them.
    pub(super) fn read(self) -> Result<BTreeMap<Address, ObservedResource>, FileError> {
        let mut resources = BTreeMap::new();
        for (address, row, wanted) in self.rows {
            let Some(place) = path(&row.spec) else { continue };
            let fingerprint = match fingerprint(place) {
                Err(FileError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => continue,
                fingerprint => fingerprint?,
            };
            let untouched = fingerprint == row.fingerprint;
            let seen = match (untouched, wanted) {
                (true, Wanted::AsApplied) => Seen::Unchanged,
                (true, Wanted::Otherwise | Wanted::Released) => Seen::Parsed { config: row.spec.clone(), live: None },
                (false, _) => Seen::Parsed { config: reread(&row.spec)?, live: None },
            };
            let ours = Ownership::Ours {
                spec: Some(row.spec_hash),
                protect: row.policy.protect,
                deletion: row.policy.deletion,
            };
            let ownership = if wanted == Wanted::Released { Ownership::Unmanaged } else { ours };
            let power = PowerState::Off;
            let foreign_users = BTreeSet::new();
            let resource = ObservedResource { ownership, seen, power, fingerprint, domain: None, foreign_users };
            resources.insert(address, resource);
        }
        Ok(resources)
    }
}

/// Where our files are by what was applied, those that were let go of included.
pub(super) fn paths_of(applied: &Applied) -> BTreeSet<PathBuf> {
    let rows = applied.rows.values().chain(applied.released.values());
    rows.filter_map(|row| path(&row.spec)).map(Path::to_owned).collect()
}

/// What tells a changed file from an unchanged one without reading it. Neither owner nor mode is part of it:
/// libvirt hands a running domain's files to QEMU's user.
pub(super) fn fingerprint(path: &Path) -> Result<Fingerprint, FileError> {
    let read = std::fs::metadata(path);
    let metadata = read.map_err(|source| FileError::Read { path: path.to_owned(), source })?;
    let (inode, size, seconds, nanoseconds) =
        (metadata.ino(), metadata.size(), metadata.mtime(), metadata.mtime_nsec());
    Ok(Fingerprint { config: format!("{inode}-{size}-{seconds}.{nanoseconds:09}"), live: String::new() })
}

fn path(spec: &Spec) -> Option<&Path> {
    match spec {
        Spec::Image(spec) => Some(&spec.path),
        Spec::Seed(spec) => Some(&spec.path),
        Spec::File(spec) => Some(&spec.path),
        _ => None,
    }
}

/// What a touched file holds now.
fn reread(applied: &Spec) -> Result<Spec, FileError> {
    match applied {
        Spec::Image(spec) => {
            let hash = image::hash(&spec.path);
            let hash = hash.map_err(|source| FileError::Read { path: spec.path.clone(), source })?;
            Ok(Spec::Image(ImageSpec { sha256: Some(hash), ..spec.clone() }))
        }
        Spec::Seed(spec) if seed::is_there(spec) => Ok(applied.clone()),
        // Nothing of ours: all of it is to be written again.
        Spec::Seed(spec) => Ok(Spec::Seed(SeedSpec { path: spec.path.clone(), ..SeedSpec::default() })),
        Spec::File(spec) => Ok(Spec::File(file::read(spec)?)),
        other => Ok(other.clone()),
    }
}

#[cfg(test)]
mod tests;
