//! Files, as an evaluation sees them: the host's, with embedded ones mounted over them.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use crate::error::ErrorKind;
use crate::error::fault::Fault;
use crate::store::Restricted;

/// What a directory entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileType {
    /// A regular file.
    Regular,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A device, socket or pipe.
    Unknown,
}

impl FileType {
    /// The name Nix gives it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            FileType::Regular => "regular",
            FileType::Directory => "directory",
            FileType::Symlink => "symlink",
            FileType::Unknown => "unknown",
        }
    }
}

/// One name in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DirEntry {
    /// The name's bytes.
    pub name: Vec<u8>,
    /// What it is, not following links.
    pub kind: FileType,
}

/// Where an evaluation's files come from. All paths are absolute and without `.` and `..`.
pub trait EvalIo: Send + Sync {
    /// Reads a whole file, following links.
    ///
    /// # Errors
    /// When there is no such file or it cannot be read.
    fn read_file(&self, path: &Path) -> io::Result<Vec<u8>>;

    /// Lists a directory, in any order.
    ///
    /// # Errors
    /// When it is no directory or cannot be read.
    fn read_dir(&self, path: &Path) -> io::Result<Vec<DirEntry>>;

    /// What a path is, not following a link in its last component; `None` when nothing is there.
    ///
    /// # Errors
    /// When the host refuses to tell.
    fn file_type(&self, path: &Path) -> io::Result<Option<FileType>>;

    /// The path without symbolic links.
    ///
    /// # Errors
    /// When nothing is there.
    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf>;

    /// Where a link leads, as it is written in it.
    ///
    /// # Errors
    /// When the path is no link.
    fn read_link(&self, path: &Path) -> io::Result<PathBuf>;

    /// Whether the owner of a file may run it.
    ///
    /// # Errors
    /// When the host refuses to tell.
    fn is_executable(&self, path: &Path) -> io::Result<bool>;

    /// Whether a path is part of the program rather than of the host.
    fn is_embedded(&self, _path: &Path) -> bool {
        false
    }

    /// The syntax tree of a file that is part of the program, as [`syntax_tree`](crate::syntax_tree) makes it of the
    /// file's text; `None` has the text parsed.
    fn syntax_tree(&self, _path: &Path) -> Option<&'static [u8]> {
        None
    }

    /// When a path itself, not what a link leads to, last changed, in seconds of the epoch.
    ///
    /// # Errors
    /// When nothing is there.
    fn modified(&self, path: &Path) -> io::Result<u64>;
}

/// The host's files.
#[derive(Clone, Copy, Debug, Default)]
pub struct StdIo;

impl EvalIo for StdIo {
    fn read_file(&self, path: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(path)
    }

    fn read_dir(&self, path: &Path) -> io::Result<Vec<DirEntry>> {
        let mut entries = Vec::new();
        for entry in std::fs::read_dir(path)? {
            let entry = entry?;
            let name = std::os::unix::ffi::OsStringExt::into_vec(entry.file_name());
            entries.push(DirEntry { name, kind: kind_of(entry.file_type()?) });
        }
        Ok(entries)
    }

    fn file_type(&self, path: &Path) -> io::Result<Option<FileType>> {
        match std::fs::symlink_metadata(path) {
            Ok(metadata) => Ok(Some(kind_of(metadata.file_type()))),
            Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
            Err(e) => Err(e),
        }
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        std::fs::canonicalize(path)
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        std::fs::read_link(path)
    }

    fn is_executable(&self, path: &Path) -> io::Result<bool> {
        Ok(std::fs::symlink_metadata(path)?.permissions().mode() & 0o100 != 0)
    }

    fn modified(&self, path: &Path) -> io::Result<u64> {
        let date = std::fs::symlink_metadata(path)?.modified()?;
        Ok(date.duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_secs()))
    }
}

fn kind_of(kind: std::fs::FileType) -> FileType {
    if kind.is_file() {
        FileType::Regular
    } else if kind.is_dir() {
        FileType::Directory
    } else if kind.is_symlink() {
        FileType::Symlink
    } else {
        FileType::Unknown
    }
}

/// Files held in memory, mounted at a prefix over another source of files.
pub struct OverlayIo {
    prefix: PathBuf,
    files: BTreeMap<PathBuf, &'static [u8]>,
    trees: BTreeMap<PathBuf, &'static [u8]>,
    below: Arc<dyn EvalIo>,
}

impl OverlayIo {
    /// Mounts `files` (paths relative to `prefix`, with their contents) over `below`.
    pub fn new(
        prefix: impl Into<PathBuf>,
        files: impl IntoIterator<Item = (&'static str, &'static [u8])>,
        below: Arc<dyn EvalIo>,
    ) -> Self {
        let prefix = prefix.into();
        let files = files.into_iter().map(|(path, bytes)| (prefix.join(path), bytes)).collect();
        Self { prefix, files, trees: BTreeMap::new(), below }
    }

    /// With the syntax trees of files (paths relative to the prefix), so that these are not parsed.
    #[must_use]
    pub fn with_trees(mut self, trees: impl IntoIterator<Item = (&'static str, &'static [u8])>) -> Self {
        self.trees = trees.into_iter().map(|(path, tree)| (self.prefix.join(path), tree)).collect();
        self
    }

    fn is_directory(&self, path: &Path) -> bool {
        path == self.prefix || self.inside(path).next().is_some()
    }

    /// The mounted files below a directory.
    fn inside<'s>(&'s self, path: &'s Path) -> impl Iterator<Item = &'s PathBuf> {
        let after = self.files.range::<Path, _>((std::ops::Bound::Excluded(path), std::ops::Bound::Unbounded));
        after.map(|(file, _)| file).take_while(move |file| file.starts_with(path))
    }
}

impl EvalIo for OverlayIo {
    fn read_file(&self, path: &Path) -> io::Result<Vec<u8>> {
        if !path.starts_with(&self.prefix) {
            return self.below.read_file(path);
        }
        match self.files.get(path) {
            Some(bytes) => Ok(bytes.to_vec()),
            None if self.is_directory(path) => Err(io::ErrorKind::IsADirectory.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn read_dir(&self, path: &Path) -> io::Result<Vec<DirEntry>> {
        if !path.starts_with(&self.prefix) {
            return self.below.read_dir(path);
        }
        let mut entries = BTreeMap::new();
        for file in self.inside(path) {
            let mut rest = file.strip_prefix(path).expect("`inside` gives files below the path").components();
            let (Some(Component::Normal(name)), deeper) = (rest.next(), rest.next()) else { continue };
            let kind = if deeper.is_some() { FileType::Directory } else { FileType::Regular };
            entries.insert(name.as_encoded_bytes().to_vec(), kind);
        }
        if entries.is_empty() && path != self.prefix {
            return Err(io::ErrorKind::NotFound.into());
        }
        Ok(entries.into_iter().map(|(name, kind)| DirEntry { name, kind }).collect())
    }

    fn file_type(&self, path: &Path) -> io::Result<Option<FileType>> {
        if !path.starts_with(&self.prefix) {
            return self.below.file_type(path);
        }
        if self.files.contains_key(path) {
            return Ok(Some(FileType::Regular));
        }
        Ok(self.is_directory(path).then_some(FileType::Directory))
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        if !path.starts_with(&self.prefix) {
            return self.below.canonicalize(path);
        }
        match self.file_type(path)? {
            Some(_) => Ok(path.to_owned()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        if path.starts_with(&self.prefix) {
            Err(io::ErrorKind::InvalidInput.into())
        } else {
            self.below.read_link(path)
        }
    }

    fn is_executable(&self, path: &Path) -> io::Result<bool> {
        if path.starts_with(&self.prefix) { Ok(false) } else { self.below.is_executable(path) }
    }

    fn modified(&self, path: &Path) -> io::Result<u64> {
        if path.starts_with(&self.prefix) { Ok(0) } else { self.below.modified(path) }
    }

    fn is_embedded(&self, path: &Path) -> bool {
        path.starts_with(&self.prefix) || self.below.is_embedded(path)
    }

    fn syntax_tree(&self, path: &Path) -> Option<&'static [u8]> {
        if path.starts_with(&self.prefix) { self.trees.get(path).copied() } else { self.below.syntax_tree(path) }
    }
}

/// An error of the host's files as an evaluation tells it.
#[cold]
pub(crate) fn io_fault(deed: &str, path: &Path, error: &io::Error) -> Box<Fault> {
    if let Some(restricted) = error.get_ref().and_then(|inner| inner.downcast_ref::<Restricted>()) {
        return Fault::new(ErrorKind::Value, restricted.to_string());
    }
    let message = match error.kind() {
        io::ErrorKind::NotFound => format!("path '{}' does not exist", path.display()),
        io::ErrorKind::NotADirectory if deed == "list" => {
            format!("cannot read directory \"{}\": Not a directory", path.display())
        }
        io::ErrorKind::NotADirectory => format!("path '{}' does not exist", path.display()),
        io::ErrorKind::IsADirectory => format!("cannot read '{}': Is a directory", path.display()),
        _ => format!("cannot {deed} '{}': {error}", path.display()),
    };
    Fault::new(ErrorKind::Io, message)
}
