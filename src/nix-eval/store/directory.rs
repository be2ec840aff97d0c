//! Writing store objects into a folder.

use std::fs;
use std::io;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// Takes the objects of an evaluation, piece by piece; a folder comes before what is in it.
///
/// An object is named by the path that the evaluation sees, and what is in it by its path below that.
pub trait StoreWriter: Send + Sync {
    /// Whether the object is there already.
    ///
    /// # Errors
    /// When the host refuses to tell.
    fn contains(&self, object: &Path) -> io::Result<bool>;

    /// Makes a folder.
    ///
    /// # Errors
    /// When it cannot be made.
    fn directory(&self, object: &Path, inside: &Path) -> io::Result<()>;

    /// Makes a regular file.
    ///
    /// # Errors
    /// When it cannot be written.
    fn file(&self, object: &Path, inside: &Path, contents: &[u8], executable: bool) -> io::Result<()>;

    /// Makes a link.
    ///
    /// # Errors
    /// When it cannot be made.
    fn symlink(&self, object: &Path, inside: &Path, target: &Path) -> io::Result<()>;

    /// Says that all of an object has been given; only now is it there.
    ///
    /// # Errors
    /// When it cannot be put in its place.
    fn finish(&self, object: &Path) -> io::Result<()>;
}

/// A folder that takes the place of `/`: the object `/nix/store/x` is written to `nix/store/x` in it.
#[derive(Clone, Debug)]
pub struct StoreDirectory {
    root: PathBuf,
}

impl StoreDirectory {
    /// Names the folder; it is made when the first object comes.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    fn place(&self, object: &Path) -> PathBuf {
        self.root.join(object.strip_prefix("/").unwrap_or(object))
    }

    /// Where an object grows, and something in it.
    fn growing(&self, object: &Path, inside: &Path) -> io::Result<PathBuf> {
        let place = self.place(object);
        let name = place.file_name().unwrap_or_default().to_string_lossy();
        let part = place.with_file_name(format!(".{name}.part"));
        if !inside.as_os_str().is_empty() {
            return Ok(part.join(inside));
        }
        fs::create_dir_all(place.parent().unwrap_or(&self.root))?;
        // What an interrupted run has left.
        match fs::symlink_metadata(&part) {
            Ok(left) if left.is_dir() => fs::remove_dir_all(&part)?,
            Ok(_) => fs::remove_file(&part)?,
            Err(_) => {}
        }
        Ok(part)
    }
}

/// Gives everything in a tree the permissions and date of a store, innermost first.
fn settle(path: &Path) -> io::Result<()> {
    let kind = fs::symlink_metadata(path)?;
    if kind.is_symlink() {
        return Ok(());
    }
    let mut mode = if kind.permissions().mode() & 0o111 == 0 { 0o444 } else { 0o555 };
    if kind.is_dir() {
        mode = 0o555;
        for entry in fs::read_dir(path)? {
            settle(&entry?.path())?;
        }
    }
    let date = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
    fs::File::open(path)?.set_times(fs::FileTimes::new().set_modified(date).set_accessed(date))?;
    fs::set_permissions(path, fs::Permissions::from_mode(mode))
}

impl StoreWriter for StoreDirectory {
    fn contains(&self, object: &Path) -> io::Result<bool> {
        match fs::symlink_metadata(self.place(object)) {
            Ok(_) => Ok(true),
            Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(e) => Err(e),
        }
    }

    fn directory(&self, object: &Path, inside: &Path) -> io::Result<()> {
        fs::create_dir(self.growing(object, inside)?)
    }

    fn file(&self, object: &Path, inside: &Path, contents: &[u8], executable: bool) -> io::Result<()> {
        let place = self.growing(object, inside)?;
        fs::write(&place, contents)?;
        fs::set_permissions(&place, fs::Permissions::from_mode(if executable { 0o755 } else { 0o644 }))
    }

    fn symlink(&self, object: &Path, inside: &Path, target: &Path) -> io::Result<()> {
        symlink(target, self.growing(object, inside)?)
    }

    fn finish(&self, object: &Path) -> io::Result<()> {
        let part = self.place(object);
        let name = part.file_name().unwrap_or_default().to_string_lossy();
        let part = part.with_file_name(format!(".{name}.part"));
        settle(&part)?;
        fs::rename(part, self.place(object))
    }
}
