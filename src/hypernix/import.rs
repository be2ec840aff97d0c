//! What other tools have made, as `hypervisor.*`: from their documents. What they hold live is exported (`export`).
//!
//! ```text
//!   compose.yaml ──► compose ──┐
//!                              ├──► export::file ──► Nix
//!   libvirt's XML ─► driver ───┘
//! ```

pub mod compose;

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use driver::libvirt::{ForeignError, read_document};
use miette::Diagnostic;

use crate::export;

/// Why a document cannot be taken over.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum ImportError {
    /// It cannot be read.
    #[error("cannot read {path}", path = path.display())]
    #[diagnostic(code(hypernix::read))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no document of libvirt's.
    #[error("{path} is no document of libvirt's", path = path.display())]
    #[diagnostic(
        code(hypernix::import),
        help("`virsh dumpxml --inactive NAME` prints a domain's, `virsh net-dumpxml NAME` a network's")
    )]
    Libvirt {
        /// The file.
        path: PathBuf,
        /// Why.
        source: ForeignError,
    },
    /// It is no YAML.
    #[error("{path} is no YAML", path = path.display())]
    #[diagnostic(code(hypernix::import), help("`docker compose config` says what is wrong with a compose file"))]
    Yaml {
        /// The file.
        path: PathBuf,
        /// Why, with line and column.
        source: Box<serde_saphyr::Error>,
    },
    /// It names no services.
    #[error("{path} declares no services", path = path.display())]
    #[diagnostic(code(hypernix::import), help("a compose file has `services:` at its top"))]
    NoServices {
        /// The file.
        path: PathBuf,
    },
}

/// Writes what documents of libvirt's declare.
///
/// # Errors
/// When one cannot be read, or is none.
pub fn documents(files: &[PathBuf]) -> Result<String, ImportError> {
    let mut objects = BTreeMap::new();
    for path in files {
        let found =
            read_document(&read(path)?).map_err(|source| ImportError::Libvirt { path: path.clone(), source })?;
        objects.extend(found.into_iter().map(|object| (object.address.clone(), object)));
    }
    let blocks = objects.values().filter_map(|object| export::described(&object.address, &object.spec, &object.unread));
    let names: Vec<_> = files.iter().map(|path| path.display().to_string()).collect();
    let head = [format!("Written by `hypernix import` from {}.", names.join(", "))];
    Ok(export::file(&head, &blocks.collect::<Vec<_>>()))
}

/// The variables that a compose file may ask for: the process's own, and those of `.env` beside the file.
pub fn environment(file: &Path) -> BTreeMap<String, String> {
    let beside = file.parent().unwrap_or(Path::new(".")).join(".env");
    let mut variables = fs::read_to_string(beside).map(|text| compose::variables(&text)).unwrap_or_default();
    variables.extend(std::env::vars());
    variables
}

fn read(path: &Path) -> Result<String, ImportError> {
    fs::read_to_string(path).map_err(|source| ImportError::Unreadable { path: path.to_owned(), source })
}
