//! A fake host in a file.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use super::World;

/// The environment variable that names the file of the fake host to use.
pub const VARIABLE: &str = "HYPERNIX_FAKE_HOST";

/// Reads the host at `path`; an empty one where there is none.
pub(super) fn load(path: &Path) -> io::Result<World> {
    match fs::read(path) {
        Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(World::default()),
        Err(error) => Err(error),
    }
}

/// Writes the host at once: a reader after a kill sees it before the change or after, never in between. Kills are
/// what it has to outlive, not power cuts, so nothing is synced.
pub(super) fn save(path: &Path, world: &World) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".tmp");
    let beside = PathBuf::from(beside);
    fs::write(&beside, serde_json::to_vec(world)?)?;
    fs::rename(beside, path)
}
