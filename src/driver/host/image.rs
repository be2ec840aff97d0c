//! Disk images: fetched or copied, the hash checked on the way.

use std::{
    io::{self, Read, Write},
    path::{Path, PathBuf},
    time::Duration,
};

use model::{
    Bytes, Fingerprint,
    spec::{ImageOrigin, ImageSpec},
};
use sha2::{Digest, Sha256};

use super::{
    FileError,
    beside::Beside,
    fetch::{self, FetchError},
    observe,
};

/// How much is copied at a time.
const CHUNK: usize = 1 << 20;
/// How often a fetch is tried in all.
const ATTEMPTS: u32 = 3;
/// The pause before the second try; it doubles.
const PAUSE: Duration = Duration::from_secs(1);
/// Everybody may read an image: QEMU runs as a user of its own.
const MODE: u32 = 0o644;

/// An image could not be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum ImageError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    File(#[from] FileError),
    #[error("the image broke off after {after}")]
    BrokeOff { after: Bytes, source: io::Error },
    #[error(
        "the image {from} is not the declared one: expected sha256:{expected}, found sha256:{found}; nothing was kept"
    )]
    Mismatch { from: String, expected: String, found: String },
    #[error("there is no image {path}, and nothing says where it comes from")]
    NoOrigin { path: PathBuf },
}

/// Brings the image to its place, unless it is there with the right hash.
pub(super) fn write(spec: &ImageSpec, progress: &dyn Fn(Bytes, Option<Bytes>)) -> Result<Fingerprint, ImageError> {
    if !is_there(spec) {
        let origin = spec.origin.as_ref().ok_or_else(|| ImageError::NoOrigin { path: spec.path.clone() })?;
        let mut pause = PAUSE;
        let mut attempt = 1;
        while let Err(error) = bring(spec, origin, progress) {
            if attempt == ATTEMPTS || !is_passing(&error) {
                return Err(error);
            }
            tracing::debug!(path = %spec.path.display(), attempt, %error, "fetching again");
            std::thread::sleep(pause);
            pause *= 2;
            attempt += 1;
        }
    }
    Ok(observe::fingerprint(&spec.path)?)
}

/// The SHA-256 of a file, 64 hex digits.
pub(super) fn hash(path: &Path) -> io::Result<String> {
    let mut file = std::fs::File::open(path)?;
    copy_hashing(&mut file, &mut io::sink(), &|_| ())
}

fn is_there(spec: &ImageSpec) -> bool {
    let found = spec.sha256.as_ref().zip(hash(&spec.path).ok());
    found.is_some_and(|(expected, found)| *expected == found)
}

fn bring(spec: &ImageSpec, origin: &ImageOrigin, progress: &dyn Fn(Bytes, Option<Bytes>)) -> Result<(), ImageError> {
    let mut source = fetch::open(origin)?;
    let mut beside = Beside::new(&spec.path, MODE)?;
    let length = source.length.map(Bytes::new);
    let done = std::cell::Cell::new(0);
    let tell = |bytes: u64| {
        done.set(bytes);
        progress(Bytes::new(bytes), length);
    };
    let copied = copy_hashing(&mut source.reader, &mut beside.file, &tell);
    let found = copied.map_err(|source| ImageError::BrokeOff { after: Bytes::new(done.get()), source })?;
    match &spec.sha256 {
        Some(expected) if *expected != found => {
            Err(ImageError::Mismatch { from: name(origin), expected: expected.clone(), found })
        }
        _ => Ok(beside.put_in_place()?),
    }
}

fn copy_hashing(from: &mut dyn Read, to: &mut dyn Write, tell: &dyn Fn(u64)) -> io::Result<String> {
    let (mut hasher, mut buffer, mut done) = (Sha256::new(), vec![0; CHUNK], 0);
    loop {
        let length = match from.read(&mut buffer) {
            Ok(0) => return Ok(hex::encode(hasher.finalize())),
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hasher.update(&buffer[..length]);
        to.write_all(&buffer[..length])?;
        done += length as u64;
        tell(done);
    }
}

fn is_passing(error: &ImageError) -> bool {
    match error {
        ImageError::Fetch(error) => error.is_passing(),
        ImageError::BrokeOff { source, .. } => source.kind() != io::ErrorKind::StorageFull,
        ImageError::File(_) | ImageError::Mismatch { .. } | ImageError::NoOrigin { .. } => false,
    }
}

fn name(origin: &ImageOrigin) -> String {
    match origin {
        ImageOrigin::Url(url) => url.clone(),
        ImageOrigin::File(path) => path.display().to_string(),
    }
}

#[cfg(test)]
mod tests;
