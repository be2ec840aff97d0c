//! Derivations: what a build takes and gives.

mod modulo;
mod read;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use super::content::ContentAddress;
use super::path::{BadPath, StoreDir, StorePath};
pub(crate) use modulo::Modulo;

/// What to build, from what, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Derivation {
    pub(crate) name: String,
    pub(crate) outputs: BTreeMap<String, Output>,
    /// Other derivations, with the outputs that are needed of each.
    pub(crate) input_drvs: BTreeMap<StorePath, BTreeSet<String>>,
    pub(crate) input_srcs: BTreeSet<StorePath>,
    pub(crate) platform: Vec<u8>,
    pub(crate) builder: Vec<u8>,
    pub(crate) args: Vec<Vec<u8>>,
    pub(crate) env: BTreeMap<Vec<u8>, Vec<u8>>,
}

/// One output of a derivation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Output {
    /// Its path follows from the derivation; none until that is complete.
    ByInputs(Option<StorePath>),
    /// Its path follows from its contents, which are promised.
    Fixed(StorePath, ContentAddress),
    /// As a file on the host has it, of a kind that this evaluator does not make.
    Other { path: String, method_algorithm: String, hash: String },
}

impl Output {
    pub(crate) fn path(&self) -> Option<&StorePath> {
        match self {
            Output::ByInputs(path) => path.as_ref(),
            Output::Fixed(path, _) => Some(path),
            Output::Other { .. } => None,
        }
    }
}

/// The outputs needed of other derivations, by the hashes of those.
pub(crate) type InputHashes = BTreeMap<String, BTreeSet<String>>;

/// What is remembered of a derivation.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) modulo: Modulo,
    /// Paths of its outputs; none for those known only after a build.
    pub(crate) outputs: BTreeMap<String, Option<StorePath>>,
    /// What its file refers to.
    pub(crate) references: BTreeSet<StorePath>,
}

impl Derivation {
    /// What its file refers to.
    pub(crate) fn references(&self) -> BTreeSet<StorePath> {
        self.input_srcs.iter().chain(self.input_drvs.keys()).cloned().collect()
    }

    /// Sets the paths of the outputs that follow from the inputs; `digest` is the hash of the derivation without them.
    pub(crate) fn fill_outputs(&mut self, dir: &StoreDir, digest: &[u8]) -> Result<(), BadPath> {
        for (output, kind) in &mut self.outputs {
            if let Output::ByInputs(path) = kind {
                let found = dir.output(output, digest, &self.name)?;
                self.env.insert(output.clone().into_bytes(), dir.print(&found).into_bytes());
                *path = Some(found);
            }
        }
        Ok(())
    }

    pub(crate) fn known(&self, modulo: Modulo) -> Known {
        let outputs = self.outputs.iter().map(|(name, output)| (name.clone(), output.path().cloned()));
        Known { modulo, outputs: outputs.collect(), references: self.references() }
    }
}

#[cfg(test)]
mod tests;
