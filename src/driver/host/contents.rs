//! What files hold, told by their hash. A file is read once: as long as its inode, size and times stay, what was found
//! is remembered in a file of its own beside the state.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use model::Contents;
use serde::{Deserialize, Serialize};

use super::{Host, image};

/// The file of what is remembered, in the state directory.
const MEMORY: &str = "file-hashes.json";
/// A file that was changed so lately may change again without its times telling.
const FRESH: Duration = Duration::from_secs(2);

/// What was found of a file, and what it looked like from outside then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Remembered {
    shape: String,
    sha256: String,
}

type Memory = BTreeMap<PathBuf, Remembered>;

impl Host {
    /// Tells what `files` hold. Only what has changed since the last time is read.
    pub async fn contents(&self, files: BTreeSet<PathBuf>) -> BTreeMap<PathBuf, Contents> {
        if files.is_empty() {
            return BTreeMap::new();
        }
        self.calls.read();
        let memory = self.state.join(MEMORY);
        let looked = tokio::task::spawn_blocking(move || look_into(&files, &memory)).await;
        looked.unwrap_or_else(|stopped| std::panic::resume_unwind(stopped.into_panic()))
    }
}

fn look_into(files: &BTreeSet<PathBuf>, memory: &Path) -> BTreeMap<PathBuf, Contents> {
    let before: Memory = fs::read(memory).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
    let mut after = Memory::new();
    let mut found = BTreeMap::new();
    for file in files {
        let contents = look_at(file, before.get(file), &mut after).unwrap_or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => Contents::Missing,
            _ => Contents::Unreadable(error.to_string()),
        });
        found.insert(file.clone(), contents);
    }
    if after != before
        && let Err(error) = remember(memory, &after)
    {
        tracing::debug!(%error, file = %memory.display(), "the hashes of files are not remembered");
    }
    found
}

fn look_at(file: &Path, known: Option<&Remembered>, after: &mut Memory) -> io::Result<Contents> {
    let shape = shape(file)?;
    if let Some(known) = known.filter(|known| known.shape == shape) {
        after.insert(file.to_owned(), known.clone());
        return Ok(Contents::Sha256(known.sha256.clone()));
    }
    let sha256 = image::hash(file)?;
    if !is_fresh(file)? && self::shape(file)? == shape {
        after.insert(file.to_owned(), Remembered { shape, sha256: sha256.clone() });
    }
    Ok(Contents::Sha256(sha256))
}

/// What tells a changed file from an unchanged one without reading it.
fn shape(file: &Path) -> io::Result<String> {
    let metadata = fs::metadata(file)?;
    if !metadata.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    Ok(format!(
        "{}-{}-{}-{}.{:09}-{}.{:09}",
        metadata.dev(),
        metadata.ino(),
        metadata.size(),
        metadata.mtime(),
        metadata.mtime_nsec(),
        metadata.ctime(),
        metadata.ctime_nsec()
    ))
}

fn is_fresh(file: &Path) -> io::Result<bool> {
    let metadata = fs::metadata(file)?;
    let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(metadata.ctime()).unwrap_or(0));
    // One whose time is in the future counts as fresh until then.
    Ok(changed.elapsed().is_ok_and(|age| age < FRESH) || changed.elapsed().is_err())
}

/// Puts what is remembered in the place of what was; it is a cache, so it need not be durable.
fn remember(memory: &Path, after: &Memory) -> io::Result<()> {
    let folder = memory.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    serde_json::to_writer(&mut file, after)?;
    file.persist(memory)?;
    Ok(())
}

#[cfg(test)]
mod tests;
