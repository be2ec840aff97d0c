//! Archives on their way to the engine: streamed, hashed first.

use std::{io, path::Path};

use bytes::Bytes;
use futures::Stream;
use sha2::{Digest, Sha256};
use tokio::io::AsyncReadExt;
use tokio_util::io::ReaderStream;

use crate::fault::Fault;

/// How much is read at a time.
const CHUNK: usize = 256 * 1024;

/// An archive that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum ArchiveError {
    #[error("cannot read the archive {path}")]
    Read { path: String, source: io::Error },
    #[error("the archive {path} is not the declared one: expected sha256:{expected}, found sha256:{found}")]
    Mismatch { path: String, expected: String, found: String },
}

/// The SHA-256 of the archive, 64 hex digits; it must be `expected` where that is known.
pub(in crate::docker) async fn checked_hash(path: &Path, expected: Option<&str>) -> Result<String, Fault> {
    let text = path.display().to_string();
    let found = hash(path).await.map_err(|source| Fault::refused(ArchiveError::Read { path: text.clone(), source }))?;
    match expected {
        Some(expected) if expected != found => {
            Err(Fault::refused(ArchiveError::Mismatch { path: text, expected: expected.to_owned(), found }))
        }
        _ => Ok(found),
    }
}

/// The archive's bytes, and how many there are.
pub(super) async fn stream(path: &Path) -> Result<(impl Stream<Item = io::Result<Bytes>> + Send + use<>, u64), Fault> {
    let read = |source| Fault::refused(ArchiveError::Read { path: path.display().to_string(), source });
    let file = tokio::fs::File::open(path).await.map_err(read)?;
    let length = file.metadata().await.map_err(read)?.len();
    Ok((ReaderStream::with_capacity(file, CHUNK), length))
}

async fn hash(path: &Path) -> io::Result<String> {
    let mut file = tokio::fs::File::open(path).await?;
    let (mut hasher, mut buffer) = (Sha256::new(), vec![0; CHUNK]);
    loop {
        let length = file.read(&mut buffer).await?;
        if length == 0 {
            return Ok(hex::encode(hasher.finalize()));
        }
        hasher.update(&buffer[..length]);
    }
}
