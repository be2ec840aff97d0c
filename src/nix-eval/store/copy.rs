//! Putting files and texts into the store.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::content::{ContentAddress, Method};
use super::nar;
use super::object::Object;
use super::path::{BadPath, DRV_SUFFIX, StorePath};
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::hash::{Algorithm, Hash};
use crate::io::{EvalIo, FileType, io_fault};
use crate::path_text::base_name;
use crate::settings::PathCopies;
use crate::strings::{ContextElement, Str};

/// What is copied, and as what.
pub(crate) struct Source<'s> {
    pub(crate) path: PathBuf,
    pub(crate) name: &'s str,
    pub(crate) method: Method,
    /// What the copy is promised to hold.
    pub(crate) expected: Option<Hash>,
}

impl<'a> Evaluator<'a> {
    /// Copies a path, as interpolation does, and gives the copy's path.
    pub(crate) fn copy_path(&mut self, path: &Str<'a>) -> Res<&'a Str<'a>> {
        if path.bytes.ends_with(DRV_SUFFIX.as_bytes()) {
            let message = format!("file names are not allowed to end in '{DRV_SUFFIX}'");
            return Err(Fault::new(ErrorKind::Value, message));
        }
        if self.settings.path_copies == PathCopies::Refused {
            return Err(self.no_store_copy(path));
        }
        let path = Path::new(OsStr::from_bytes(path.bytes));
        if let Some(copy) = self.store.copied.get(path) {
            let copy = copy.clone();
            return Ok(self.store_string(&copy));
        }
        let name = base_name(path.as_os_str().as_bytes());
        let name = super::path::check_name(name).map_err(|bad| self.bad_copy(path, &bad))?;
        let source = Source { path: self.without_links_above(path)?, name, method: Method::Nar, expected: None };
        let copy = self.add_source(source, None)?;
        self.store.copied.insert(path.to_owned(), copy.clone());
        Ok(self.store_string(&copy))
    }

    /// Adds a file or folder; of a folder only what `only` names, by paths below it.
    pub(crate) fn add_source(&mut self, source: Source<'_>, only: Option<BTreeSet<PathBuf>>) -> Res<StorePath> {
        let view = self.store.view.clone();
        let hash = match (source.method, &only) {
            (Method::Flat, _) => self.flat_hash(&source.path)?,
            (Method::Nar, None) => nar::hash(view.as_ref(), &source.path, &|_| true)?,
            (Method::Nar, Some(only)) => nar::hash(view.as_ref(), &source.path, &|path| {
                path.strip_prefix(&source.path).is_ok_and(|inside| only.contains(inside))
            })?,
        };
        if source.expected.as_ref().is_some_and(|expected| *expected != hash) {
            let message =
                format!("store path mismatch in (possibly filtered) path added from '{}'", source.path.display());
            return Err(Fault::new(ErrorKind::Value, message));
        }
        let address = ContentAddress { method: source.method, hash };
        let path = address.path(&self.store.dir, source.name, &BTreeSet::new()).map_err(bad_path)?;
        self.add_object(&path, Object::tree(view.original(&source.path), only))?;
        Ok(path)
    }

    fn flat_hash(&mut self, path: &Path) -> Res<Hash> {
        match self.file_type(path)? {
            Some(FileType::Regular) => Ok(Hash::sha256(Algorithm::Sha256.digest(&self.read_file(path)?))),
            None => Err(Fault::new(ErrorKind::Io, format!("path '{}' does not exist", path.display()))),
            Some(_) => Err(Fault::new(ErrorKind::Io, format!("file '{}' is not a regular file", path.display()))),
        }
    }

    /// Adds a text that refers to other objects.
    pub(crate) fn add_text(&mut self, name: &str, text: &[u8], references: BTreeSet<StorePath>) -> Res<StorePath> {
        let path = self.store.dir.text(name, text, &references).map_err(bad_path)?;
        self.add_object(&path, Object::text(text, references))?;
        Ok(path)
    }

    /// Remembers an object, and writes it if the settings say where.
    pub(crate) fn add_object(&mut self, path: &StorePath, object: Object) -> Res<()> {
        if self.store.view.add(path, object) {
            self.write_object(path)?;
        }
        Ok(())
    }

    fn write_object(&mut self, path: &StorePath) -> Res<()> {
        let Some(writer) = self.settings.store.clone() else { return Ok(()) };
        let object = PathBuf::from(self.store.dir.print(path));
        let written = writer.contains(&object).and_then(|is_there| {
            if is_there {
                return Ok(());
            }
            write_tree(self.store.view.as_ref(), writer.as_ref(), &object, Path::new(""))?;
            writer.finish(&object)
        });
        written.map_err(|e| io_fault("write", &object, &e))
    }

    /// The path with links above its last component followed.
    pub(crate) fn without_links_above(&mut self, path: &Path) -> Res<PathBuf> {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Ok(path.to_owned()) };
        // The store's folder need not be there.
        if folder == Path::new(self.store.dir.as_str()) {
            return Ok(path.to_owned());
        }
        let folder = self.store.view.canonicalize(folder).map_err(|e| io_fault("look at", path, &e))?;
        Ok(folder.join(name))
    }

    /// A store path as a string that depends on it.
    pub(crate) fn store_string(&self, path: &StorePath) -> &'a Str<'a> {
        let bytes = self.arena.slice(self.store.dir.print(path).as_bytes());
        let context = self.arena.slice(&[ContextElement::Opaque(bytes)]);
        self.arena.alloc(Str { bytes, context: Some(context) })
    }

    fn bad_copy(&self, path: &Path, bad: &BadPath) -> Box<Fault> {
        let help =
            format!("`builtins.path {{ name = \"…\"; path = {}; }}` gives the copy another name", path.display());
        Fault::new(ErrorKind::Value, bad.to_string()).help(Some(help))
    }
}

pub(crate) fn bad_path(bad: BadPath) -> Box<Fault> {
    Fault::new(ErrorKind::Value, bad.to_string())
}

fn write_tree(view: &dyn EvalIo, writer: &dyn super::StoreWriter, object: &Path, inside: &Path) -> std::io::Result<()> {
    let path = if inside.as_os_str().is_empty() { object.to_owned() } else { object.join(inside) };
    match view.file_type(&path)? {
        Some(FileType::Regular) => writer.file(object, inside, &view.read_file(&path)?, view.is_executable(&path)?),
        Some(FileType::Symlink) => writer.symlink(object, inside, &view.read_link(&path)?),
        Some(FileType::Directory) => {
            writer.directory(object, inside)?;
            for entry in view.read_dir(&path)? {
                write_tree(view, writer, object, &inside.join(OsStr::from_bytes(&entry.name)))?;
            }
            Ok(())
        }
        Some(FileType::Unknown) => Err(std::io::ErrorKind::Unsupported.into()),
        None => Err(std::io::ErrorKind::NotFound.into()),
    }
}
