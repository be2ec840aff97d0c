//! Cloud-init seeds.

use std::io::Write;

use model::{Fingerprint, spec::SeedSpec};

use super::{
    FileError,
    beside::Beside,
    iso::{self, IsoError},
    observe,
};

/// Seeds hold hashes of passwords; libvirt gives the file to QEMU's user when the domain starts.
const MODE: u32 = 0o600;

/// A seed could not be made.
#[derive(Debug, thiserror::Error)]
pub(super) enum SeedError {
    #[error(transparent)]
    Iso(#[from] IsoError),
    #[error(transparent)]
    File(#[from] FileError),
}

/// Makes the seed, unless it is there.
pub(super) fn write(spec: &SeedSpec) -> Result<Fingerprint, SeedError> {
    let image = iso::image(spec)?;
    if std::fs::read(&spec.path).ok().as_ref() != Some(&image) {
        let mut beside = Beside::new(&spec.path, MODE)?;
        let written = beside.file.write_all(&image);
        written.map_err(|source| FileError::Write { path: spec.path.clone(), source })?;
        beside.put_in_place()?;
    }
    Ok(observe::fingerprint(&spec.path)?)
}

/// Whether the file holds just this seed.
pub(super) fn is_there(spec: &SeedSpec) -> bool {
    iso::image(spec).is_ok_and(|image| std::fs::read(&spec.path).is_ok_and(|there| there == image))
}
