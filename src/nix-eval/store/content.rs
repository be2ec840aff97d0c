//! Objects whose path follows from their contents.

use std::collections::BTreeSet;

use super::path::{BadPath, StoreDir, StorePath};
use crate::hash::{Algorithm, Hash};

/// How the contents of an object are hashed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Method {
    /// The bytes of a file.
    Flat,
    /// A file or folder as a NAR, with names, links and executable bits.
    Nar,
}

impl Method {
    fn prefix(self) -> &'static str {
        match self {
            Method::Flat => "",
            Method::Nar => "r:",
        }
    }
}

/// A promise about an object's contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ContentAddress {
    pub(crate) method: Method,
    pub(crate) hash: Hash,
}

impl ContentAddress {
    /// Method and algorithm as derivations hold them, such as `r:sha256`.
    pub(crate) fn method_algorithm(&self) -> String {
        format!("{}{}", self.method.prefix(), self.hash.algorithm.name())
    }

    /// The path of an object called `name` with these contents.
    pub(crate) fn path(
        &self,
        dir: &StoreDir,
        name: &str,
        references: &BTreeSet<StorePath>,
    ) -> Result<StorePath, BadPath> {
        if self.method == Method::Nar && self.hash.algorithm == Algorithm::Sha256 {
            return dir.make_referring("source", references, &self.hash.digest, name);
        }
        let text = format!("fixed:out:{}:{}:", self.method_algorithm(), hex::encode(&self.hash.digest));
        dir.make("output:out", &Algorithm::Sha256.digest(text.as_bytes()), name)
    }
}
