//! A file written beside its place, and renamed into it when it is whole.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use super::FileError;

/// What the name of an unfinished file ends with.
const UNFINISHED: &str = ".hvnew";

/// A file on its way; dropped before [`Beside::put_in_place`], it is removed.
pub(super) struct Beside {
    /// Where the bytes go.
    pub(super) file: File,
    unfinished: PathBuf,
    place: PathBuf,
}

impl Beside {
    /// Opens a file beside `place`, which may be made of nothing: missing directories are made.
    pub(super) fn new(place: &Path, mode: u32) -> Result<Self, FileError> {
        let unfinished = unfinished(place);
        let failed = |source| FileError::Write { path: place.to_owned(), source };
        fs::create_dir_all(directory(place)).map_err(failed)?;
        let file =
            fs::OpenOptions::new().read(true).write(true).create(true).truncate(true).mode(mode).open(&unfinished);
        let this = Self { file: file.map_err(failed)?, unfinished, place: place.to_owned() };
        // The mode above is cut by the umask, and not looked at where an interrupted run left the file.
        this.file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(mode)).map_err(failed)?;
        Ok(this)
    }

    /// Flushes it and gives it its place; what was there is replaced in one stroke.
    pub(super) fn put_in_place(self) -> Result<(), FileError> {
        let failed = |source| FileError::Write { path: self.place.clone(), source };
        self.file.sync_all().map_err(failed)?;
        fs::rename(&self.unfinished, &self.place).map_err(failed)?;
        File::open(directory(&self.place)).and_then(|folder| folder.sync_all()).map_err(failed)
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // After the rename there is nothing of this name.
        if let Err(error) = fs::remove_file(&self.unfinished)
            && error.kind() != io::ErrorKind::NotFound
        {
            tracing::warn!(path = %self.unfinished.display(), %error, "cannot remove an unfinished file");
        }
    }
}

/// Removes the unfinished files in a directory; returns what they were to become.
pub(super) fn sweep(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let unfinished = entries.filter(|path| path.extension() == Some(OsStr::new(UNFINISHED.trim_start_matches('.'))));
    let removed = unfinished.filter(|path| fs::remove_file(path).is_ok());
    removed.map(|path| path.with_extension("").display().to_string()).collect()
}

fn unfinished(place: &Path) -> PathBuf {
    let mut name = OsString::from(place);
    name.push(UNFINISHED);
    PathBuf::from(name)
}

fn directory(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
