//! What a derivation needs: the hashes of its inputs and everything they refer to.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::rc::Rc;

use super::derivation::{Derivation, InputHashes, Known, Output};
use super::path::StorePath;
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;

impl Evaluator<'_> {
    /// What is known of a derivation that was made here or is in the host's store.
    pub(crate) fn known_derivation(&mut self, path: &StorePath) -> Res<Rc<Known>> {
        if let Some(known) = self.store.derivations.get(path) {
            return Ok(known.clone());
        }
        let drv = self.read_derivation(path)?;
        if drv.outputs.values().any(|output| matches!(output, Output::Other { .. })) {
            let message = format!(
                "the paths of the outputs of '{}' are known only after it is built (it is content-addressed or impure)",
                self.store.dir.print(path)
            );
            return Err(Fault::new(ErrorKind::Unsupported, message));
        }
        let inputs = self.deeper(|this| this.input_hashes(&drv))?;
        let known = Rc::new(drv.known(drv.modulo(&self.store.dir, &inputs)));
        self.store.derivations.insert(path.clone(), known.clone());
        Ok(known)
    }

    /// Reads a derivation's file.
    pub(crate) fn read_derivation(&mut self, path: &StorePath) -> Res<Derivation> {
        let file = PathBuf::from(self.store.dir.print(path));
        self.check_valid(path)?;
        let bytes = self.read_file(&file)?;
        Derivation::read(&self.store.dir, path, &bytes).ok_or_else(|| {
            let message = format!("the contents of '{}' are not those of a derivation", file.display());
            Fault::new(ErrorKind::Value, message)
        })
    }

    /// The needed outputs by the hashes of their derivations.
    pub(crate) fn input_hashes(&mut self, drv: &Derivation) -> Res<InputHashes> {
        let mut hashes = InputHashes::new();
        for (path, outputs) in &drv.input_drvs {
            let known = self.known_derivation(path)?;
            if let Some(missing) = outputs.iter().find(|output| !known.outputs.contains_key(*output)) {
                let message = format!("no hash for output '{missing}' of derivation '{}'", drv.name);
                return Err(Fault::new(ErrorKind::Value, message));
            }
            hashes.entry(known.modulo.hex()).or_default().extend(outputs.iter().cloned());
        }
        Ok(hashes)
    }

    /// A path and everything it refers to, directly or not.
    pub(crate) fn closure(&mut self, path: &StorePath) -> Res<BTreeSet<StorePath>> {
        let (mut found, mut open) = (BTreeSet::new(), vec![path.clone()]);
        while let Some(path) = open.pop() {
            if !found.insert(path.clone()) {
                continue;
            }
            let references = match self.store.view.object(&path) {
                Some(object) => object.references,
                None if path.is_derivation() => self.known_derivation(&path)?.references.clone(),
                // The host's store keeps references in a database of its own.
                None => BTreeSet::new(),
            };
            open.extend(references);
        }
        Ok(found)
    }
}
