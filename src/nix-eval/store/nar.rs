//! NAR: a file, link or folder as one stream of bytes, for hashing and for export.
//!
//! The format is in the thesis "The Purely Functional Software Deployment Model", figure 5.2: strings, each with its
//! length as 64 bits little endian and padded with zeros to a multiple of eight.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use sha2::Digest;

use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::hash::Hash;
use crate::io::{EvalIo, FileType, io_fault};

/// Folders nested deeper are refused, as Nix does.
const DEEPEST: usize = 64;

/// Takes the bytes.
pub(crate) type Sink<'s> = &'s mut dyn FnMut(&[u8]);

/// Says whether something in a folder belongs to it.
pub(crate) type Filter<'f> = &'f dyn Fn(&Path) -> bool;

/// Writes what is at `path` as a NAR.
pub(crate) fn dump(io: &dyn EvalIo, path: &Path, filter: Filter<'_>, sink: Sink<'_>) -> Res<()> {
    let mut nar = Nar { io, filter, sink };
    nar.text(b"nix-archive-1");
    nar.node(path, None, 0)
}

/// The SHA-256 of the NAR of what is at `path`.
pub(crate) fn hash(io: &dyn EvalIo, path: &Path, filter: Filter<'_>) -> Res<Hash> {
    let mut hasher = sha2::Sha256::new();
    dump(io, path, filter, &mut |bytes| hasher.update(bytes))?;
    Ok(Hash::sha256(hasher.finalize().to_vec()))
}

pub(super) fn put(bytes: &[u8], sink: Sink<'_>) {
    sink(&(bytes.len() as u64).to_le_bytes());
    sink(bytes);
    sink(&[0; 7][..bytes.len().wrapping_neg() % 8]);
}

struct Nar<'n> {
    io: &'n dyn EvalIo,
    filter: Filter<'n>,
    sink: Sink<'n>,
}

impl Nar<'_> {
    fn text(&mut self, bytes: &[u8]) {
        put(bytes, self.sink);
    }

    fn texts(&mut self, words: &[&[u8]]) {
        for word in words {
            self.text(word);
        }
    }

    fn node(&mut self, path: &Path, kind: Option<FileType>, depth: usize) -> Res<()> {
        if depth >= DEEPEST {
            let message = format!("path '{}' exceeds maximum NAR directory depth of {DEEPEST}", path.display());
            return Err(Fault::new(ErrorKind::Limit, message));
        }
        let kind = match kind {
            Some(kind) => Some(kind),
            None => self.io.file_type(path).map_err(|e| io_fault("look at", path, &e))?,
        };
        self.text(b"(");
        match kind {
            Some(FileType::Regular) => self.regular(path)?,
            Some(FileType::Symlink) => {
                let target = self.io.read_link(path).map_err(|e| io_fault("read the link", path, &e))?;
                self.texts(&[b"type", b"symlink", b"target", target.as_os_str().as_encoded_bytes()]);
            }
            Some(FileType::Directory) => self.directory(path, depth)?,
            Some(FileType::Unknown) => {
                let message = format!("file '{}' has an unsupported type", path.display());
                return Err(Fault::new(ErrorKind::Value, message));
            }
            None => {
                let message = format!("path '{}' does not exist", path.display());
                return Err(Fault::new(ErrorKind::Io, message));
            }
        }
        self.text(b")");
        Ok(())
    }

    fn regular(&mut self, path: &Path) -> Res<()> {
        let executable = self.io.is_executable(path).map_err(|e| io_fault("look at", path, &e))?;
        let contents = self.io.read_file(path).map_err(|e| io_fault("read", path, &e))?;
        self.texts(&[b"type", b"regular"]);
        if executable {
            self.texts(&[b"executable", b""]);
        }
        self.texts(&[b"contents", &contents]);
        Ok(())
    }

    fn directory(&mut self, path: &Path, depth: usize) -> Res<()> {
        let mut entries = self.io.read_dir(path).map_err(|e| io_fault("list", path, &e))?;
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        self.texts(&[b"type", b"directory"]);
        for entry in entries {
            let inside = path.join(OsStr::from_bytes(&entry.name));
            if (self.filter)(&inside) {
                self.texts(&[b"entry", b"(", b"name", &entry.name, b"node"]);
                self.node(&inside, Some(entry.kind), depth + 1)?;
                self.text(b")");
            }
        }
        Ok(())
    }
}
