//! Files with the objects of this evaluation laid over the store's folder.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use super::object::{Contents, Object};
use super::path::{StoreDir, StorePath};
use crate::io::{DirEntry, EvalIo, FileType};

/// Files that are part of the language: what `<nix/fetchurl.nix>` leads to.
pub(crate) const OWN_FILES: &str = "/__corepkgs__";
const FETCHURL: &[u8] = include_bytes!("../builtins/fetchurl.nix");

/// The files that an evaluation reads.
pub(crate) struct StoreView {
    below: Arc<dyn EvalIo>,
    dir: StoreDir,
    objects: RwLock<HashMap<StorePath, Object>>,
    is_restricted: AtomicBool,
}

/// A path that a pure evaluation may not read.
#[derive(Debug, thiserror::Error)]
#[error("access to absolute path '{}' is forbidden in pure evaluation mode (use '--impure' to override)", path.display())]
pub(crate) struct Restricted {
    path: PathBuf,
}

/// Where a path leads.
enum Place {
    /// To the host's files.
    Host(PathBuf),
    /// Into a copy of something on the host.
    Copy {
        root: PathBuf,
        rest: PathBuf,
    },
    /// To a file in memory.
    Text(Arc<[u8]>),
    Nowhere,
}

impl StoreView {
    pub(crate) fn new(below: Arc<dyn EvalIo>, dir: StoreDir) -> Self {
        Self { below, dir, objects: RwLock::default(), is_restricted: AtomicBool::new(false) }
    }

    pub(crate) fn dir(&self) -> &StoreDir {
        &self.dir
    }

    /// Lays an object over the files; says whether it is new.
    pub(crate) fn add(&self, path: &StorePath, object: Object) -> bool {
        let mut objects = self.objects.write().unwrap_or_else(PoisonError::into_inner);
        objects.insert(path.clone(), object).is_none()
    }

    /// An object that this evaluation has made.
    pub(crate) fn object(&self, path: &StorePath) -> Option<Object> {
        self.objects.read().unwrap_or_else(PoisonError::into_inner).get(path).cloned()
    }

    /// Whether an object was made here or is in the host's store.
    pub(crate) fn contains(&self, path: &StorePath) -> bool {
        let known = self.objects.read().unwrap_or_else(PoisonError::into_inner).contains_key(path);
        known || self.below.file_type(Path::new(&self.dir.print(path))).is_ok_and(|kind| kind.is_some())
    }

    /// The file on the host that a copied one was made of; the path itself if it is no such copy.
    pub(crate) fn original(&self, path: &Path) -> PathBuf {
        self.place(path).on_host().unwrap_or_else(|_| path.to_owned())
    }

    /// From now on only the store and embedded files can be read.
    pub(crate) fn restrict(&self) {
        self.is_restricted.store(true, Ordering::Relaxed);
    }

    /// The host's files, whatever the restriction.
    pub(crate) fn host(&self) -> &dyn EvalIo {
        self.below.as_ref()
    }

    /// A text with the host's files in place of copies that are not in the host's store; none if it has no such copy.
    pub(crate) fn with_originals(&self, text: &str) -> Option<String> {
        let mark = format!("{}/", self.dir.as_str());
        let (mut out, mut rest, mut found) = (String::new(), text, false);
        while let Some(at) = rest.find(&mark) {
            let inside = &rest[at + mark.len()..];
            let end =
                inside.find(|c: char| !(c.is_ascii_alphanumeric() || "+-._?=".contains(c))).unwrap_or(inside.len());
            let (path, after) = rest[at..].split_at(mark.len() + end);
            out.push_str(&rest[..at]);
            match self.unwritten_original(path) {
                Some(original) => {
                    out.push_str(&original.to_string_lossy());
                    found = true;
                }
                None => out.push_str(path),
            }
            rest = after;
        }
        out.push_str(rest);
        found.then_some(out)
    }

    fn unwritten_original(&self, path: &str) -> Option<PathBuf> {
        let Place::Copy { root, .. } = self.place(Path::new(path)) else { return None };
        let is_written = self.below.file_type(Path::new(path)).is_ok_and(|kind| kind.is_some());
        (!is_written).then_some(root)
    }

    /// A path of the host, unless it may not be read.
    fn allowed(&self, path: PathBuf) -> io::Result<PathBuf> {
        let is_allowed = !self.is_restricted.load(Ordering::Relaxed)
            || path.starts_with(self.dir.as_str())
            || self.below.is_embedded(&path);
        if is_allowed { Ok(path) } else { Err(io::Error::new(io::ErrorKind::PermissionDenied, Restricted { path })) }
    }

    /// Where a path is on the host, if it may be read.
    fn host_path(&self, place: Place) -> io::Result<PathBuf> {
        match place {
            Place::Host(path) => self.allowed(path),
            place => place.on_host(),
        }
    }

    fn place(&self, path: &Path) -> Place {
        if path.strip_prefix(OWN_FILES).is_ok_and(|inside| inside == Path::new("fetchurl.nix")) {
            return Place::Text(FETCHURL.into());
        }
        let Ok((base, rest)) = self.dir.split(path.as_os_str().as_bytes()) else { return Place::Host(path.to_owned()) };
        let objects = self.objects.read().unwrap_or_else(PoisonError::into_inner);
        let Some(object) = objects.get(&base) else { return Place::Host(path.to_owned()) };
        let rest = PathBuf::from(OsStr::from_bytes(rest.strip_prefix(b"/").unwrap_or(rest)));
        let is_root = rest.as_os_str().is_empty();
        match &object.contents {
            Contents::Text(bytes) if is_root => Place::Text(bytes.clone()),
            Contents::Text(_) => Place::Nowhere,
            Contents::Tree { only: Some(only), .. } if !is_root && !only.contains(&rest) => Place::Nowhere,
            Contents::Tree { root, .. } => Place::Copy { root: root.clone(), rest },
        }
    }
}

impl Place {
    /// The path on the host, if there is one.
    fn on_host(self) -> io::Result<PathBuf> {
        match self {
            Place::Host(path) => Ok(path),
            Place::Copy { root, rest } if rest.as_os_str().is_empty() => Ok(root),
            Place::Copy { root, rest } => Ok(root.join(rest)),
            Place::Text(_) => Err(io::ErrorKind::NotADirectory.into()),
            Place::Nowhere => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

impl EvalIo for StoreView {
    fn read_file(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.place(path) {
            Place::Text(bytes) => Ok(bytes.to_vec()),
            place => self.below.read_file(&self.host_path(place)?),
        }
    }

    fn read_dir(&self, path: &Path) -> io::Result<Vec<DirEntry>> {
        let place = self.place(path);
        let is_copy = matches!(place, Place::Copy { .. });
        let mut entries = self.below.read_dir(&self.host_path(place)?)?;
        if is_copy {
            entries.retain(|entry| !matches!(self.place(&path.join(OsStr::from_bytes(&entry.name))), Place::Nowhere));
        }
        Ok(entries)
    }

    fn file_type(&self, path: &Path) -> io::Result<Option<FileType>> {
        match self.place(path) {
            Place::Text(_) => Ok(Some(FileType::Regular)),
            Place::Nowhere => Ok(None),
            // The store's folder is there for the evaluation even if the host has none.
            Place::Host(path) if path == Path::new(self.dir.as_str()) => Ok(Some(FileType::Directory)),
            place => self.below.file_type(&self.host_path(place)?),
        }
    }

    /// A link that stays inside a copied folder is followed there.
    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        match self.place(path) {
            Place::Host(path) => self.below.canonicalize(&self.allowed(path)?),
            Place::Text(_) => Ok(path.to_owned()),
            Place::Nowhere => Err(io::ErrorKind::NotFound.into()),
            Place::Copy { root, rest } => {
                let target = self.below.canonicalize(&root.join(&rest))?;
                let root = self.below.canonicalize(&root)?;
                let depth = path.components().count() - rest.components().count();
                let object: PathBuf = path.components().take(depth).collect();
                Ok(match target.strip_prefix(&root) {
                    Ok(inside) if inside.as_os_str().is_empty() => object,
                    Ok(inside) => object.join(inside),
                    Err(_) => target,
                })
            }
        }
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        self.below.read_link(&self.host_path(self.place(path))?)
    }

    fn is_executable(&self, path: &Path) -> io::Result<bool> {
        match self.place(path) {
            Place::Text(_) => Ok(false),
            place => self.below.is_executable(&self.host_path(place)?),
        }
    }

    fn syntax_tree(&self, path: &Path) -> Option<&'static [u8]> {
        match self.place(path) {
            Place::Host(path) => self.below.syntax_tree(&path),
            _ => None,
        }
    }

    fn modified(&self, path: &Path) -> io::Result<u64> {
        match self.place(path) {
            Place::Text(_) => Ok(1),
            place => self.below.modified(&self.host_path(place)?),
        }
    }
}
