//! What a store object made in this evaluation holds.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

use super::path::StorePath;

/// An object of the store.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub(crate) contents: Contents,
    /// The objects it refers to.
    pub(crate) references: BTreeSet<StorePath>,
}

/// Where an object's contents are.
#[derive(Clone, Debug)]
pub(crate) enum Contents {
    /// In memory: a regular file.
    Text(Arc<[u8]>),
    /// A file, link or folder outside the store.
    Tree {
        root: PathBuf,
        /// What a filter has let through, by paths below the root; everything when there was none.
        only: Option<Arc<BTreeSet<PathBuf>>>,
    },
}

impl Object {
    pub(crate) fn text(bytes: &[u8], references: BTreeSet<StorePath>) -> Self {
        Self { contents: Contents::Text(bytes.into()), references }
    }

    pub(crate) fn tree(root: PathBuf, only: Option<BTreeSet<PathBuf>>) -> Self {
        let contents = Contents::Tree { root, only: only.map(Arc::new) };
        Self { contents, references: BTreeSet::new() }
    }
}
