//! The Nix store as an evaluation sees it: which path an object gets, and what the objects made so far hold.
//!
//! ```text
//! toFile, "${./f}", path ──hash──► StorePath ──► Objects (in memory) ──► StoreView: files below the store's folder
//! derivation ──aterm──hash modulo──► StorePath ─┘        └──► StoreWriter, when the caller has given one
//! ```
//! Nothing is written unless the settings hold a [`StoreWriter`]: an object made by the evaluation can be read back all
//! the same, because [`StoreView`] lays the objects over the host's files.

mod content;
mod copy;
mod derivation;
mod directory;
mod export;
mod inputs;
mod nar;
mod object;
pub(crate) mod path;
mod realise;
pub(crate) mod tree;
mod view;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

pub(crate) use content::{ContentAddress, Method};
pub(crate) use copy::{Source, bad_path};
pub(crate) use derivation::{Derivation, InputHashes, Known, Output};
pub use directory::{StoreDirectory, StoreWriter};
pub(crate) use path::{StoreDir, StorePath};
pub(crate) use view::{OWN_FILES, Restricted, StoreView};

/// What an evaluation has put into the store.
pub(crate) struct Store {
    pub(crate) dir: StoreDir,
    pub(crate) view: Arc<StoreView>,
    /// Derivations met so far.
    pub(crate) derivations: BTreeMap<StorePath, Rc<Known>>,
    /// Where copied files and folders went, by their path.
    pub(crate) copied: BTreeMap<PathBuf, StorePath>,
}

impl Store {
    pub(crate) fn new(view: Arc<StoreView>) -> Self {
        Self { dir: view.dir().clone(), view, derivations: BTreeMap::new(), copied: BTreeMap::new() }
    }
}
