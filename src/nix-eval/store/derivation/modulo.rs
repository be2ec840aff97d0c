//! The hash of a derivation in which fixed outputs count by their contents, so that it does not matter how they are
//! fetched.

use super::write::Paths;
use super::{Derivation, InputHashes, Output};
use crate::hash::Algorithm;
use crate::store::path::StoreDir;

/// The hash that stands for a derivation in those that need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Modulo(Vec<u8>);

impl Modulo {
    /// In base 16, as it takes the place of the derivation's path.
    pub(crate) fn hex(&self) -> String {
        hex::encode(&self.0)
    }

    pub(crate) fn digest(&self) -> &[u8] {
        &self.0
    }
}

impl Derivation {
    /// The hash of the finished derivation; `inputs` has the outputs needed by the hashes of their derivations.
    pub(crate) fn modulo(&self, dir: &StoreDir, inputs: &InputHashes) -> Modulo {
        if let Some(Output::Fixed(path, address)) = self.outputs.get("out") {
            let (method, hash) = (address.method_algorithm(), hex::encode(&address.hash.digest));
            let text = format!("fixed:out:{method}:{hash}:{}", dir.print(path));
            return Modulo(Algorithm::Sha256.digest(text.as_bytes()));
        }
        Modulo(Algorithm::Sha256.digest(&self.term(dir, Paths::Written, inputs)))
    }

    /// The hash from which the outputs' paths are made.
    pub(crate) fn masked_modulo(&self, dir: &StoreDir, inputs: &InputHashes) -> Modulo {
        Modulo(Algorithm::Sha256.digest(&self.term(dir, Paths::Masked, inputs)))
    }
}
