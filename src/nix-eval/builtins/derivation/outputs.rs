//! The outputs of a derivation: promised by a hash, or following from the inputs.

use std::collections::BTreeSet;

use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::hash::{Algorithm, Hash};
use crate::store::{ContentAddress, Derivation, Method, Output, bad_path};

/// What a derivation promises of its output's contents.
#[derive(Default)]
pub(super) struct Promise {
    pub(super) hash: Option<Vec<u8>>,
    pub(super) algorithm: Option<Algorithm>,
    pub(super) method: Option<Method>,
}

impl Promise {
    pub(super) fn set_outputs(self, e: &Evaluator<'_>, drv: &mut Derivation, outputs: &BTreeSet<String>) -> Res<()> {
        let Some(hash) = self.hash else {
            for output in outputs {
                drv.env.insert(output.clone().into_bytes(), Vec::new());
                drv.outputs.insert(output.clone(), Output::ByInputs(None));
            }
            return Ok(());
        };
        if outputs.len() != 1 || !outputs.contains("out") {
            let message = "multiple outputs are not supported in fixed-output derivations";
            return Err(Fault::new(ErrorKind::Value, message));
        }
        let hash = hash_or_empty(e, &hash, self.algorithm)?;
        let address = ContentAddress { method: self.method.unwrap_or(Method::Flat), hash };
        let path = address.path(&e.store.dir, &drv.name, &BTreeSet::new()).map_err(bad_path)?;
        drv.env.insert(b"out".to_vec(), e.store.dir.print(&path).into_bytes());
        drv.outputs.insert("out".to_owned(), Output::Fixed(path, address));
        Ok(())
    }
}

/// Reads a hash; an empty one stands for zeros, so that a build tells the right one.
pub(in crate::builtins) fn hash_or_empty(e: &Evaluator<'_>, text: &[u8], algorithm: Option<Algorithm>) -> Res<Hash> {
    if !text.is_empty() {
        return Hash::parse(text, algorithm);
    }
    let Some(algorithm) = algorithm else {
        return Err(Fault::new(ErrorKind::Value, "empty hash requires explicit hash algorithm"));
    };
    let hash = Hash { algorithm, digest: vec![0; algorithm.len()] };
    (e.settings.trace)(&format!("warning: found empty hash, assuming '{}'", hash.sri()));
    Ok(hash)
}
