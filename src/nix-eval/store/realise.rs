//! Making sure that what a path depends on can be read.

use std::collections::BTreeSet;
use std::path::Path;

use super::copy::bad_path;
use super::export::Export;
use super::path::StorePath;
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::strings::{Context, ContextElement};

impl<'a> Evaluator<'a> {
    /// Builds what a string depends on, if it must be built and a real Nix may be used.
    pub(crate) fn realise(&mut self, context: Option<Context<'a>>) -> Res<()> {
        for element in context.unwrap_or_default() {
            match *element {
                ContextElement::Opaque(path) | ContextElement::DrvDeep(path) => {
                    let path = self.store.dir.parse(path).map_err(bad_path)?;
                    self.check_valid(&path)?;
                }
                ContextElement::Built { drv, output } => {
                    let drv = self.store.dir.parse(drv).map_err(bad_path)?;
                    self.realise_output(&drv, &String::from_utf8_lossy(output))?;
                }
            }
        }
        Ok(())
    }

    /// Refuses an object that is not in the store.
    pub(crate) fn check_valid(&self, path: &StorePath) -> Res<()> {
        if self.store.view.contains(path) {
            return Ok(());
        }
        Err(Fault::new(ErrorKind::Io, format!("path '{}' is not valid", path.base())))
    }

    fn realise_output(&mut self, drv: &StorePath, output: &str) -> Res<()> {
        let known = self.known_derivation(drv)?;
        let Some(Some(path)) = known.outputs.get(output) else {
            let message = format!("derivation '{}' has no output '{output}'", self.store.dir.print(drv));
            return Err(Fault::new(ErrorKind::Value, message));
        };
        if self.store.view.contains(path) {
            return Ok(());
        }
        let shown = format!("{}^{output}", self.store.dir.print(drv));
        let Some(nix) = self.settings.nix.clone() else {
            let message = format!(
                "cannot build '{shown}' during evaluation because the option 'allow-import-from-derivation' is disabled"
            );
            let help = "this evaluator builds nothing: build it beforehand and name the result by its path, or let \
                        the Nix on PATH build it with --allow-nix";
            return Err(Fault::new(ErrorKind::Unsupported, message).help(Some(help.to_owned())));
        };
        let export = self.export(drv)?;
        let file = self.store.dir.print(drv);
        let built = nix.import(&export).and_then(|()| nix.build(Path::new(&file), output));
        built.map_err(|said| Fault::new(ErrorKind::Io, format!("cannot build '{shown}': {said}")))?;
        self.check_valid(path)
    }

    /// A derivation with everything made here that it refers to, in an order in which references come first.
    fn export(&mut self, drv: &StorePath) -> Res<Vec<u8>> {
        let (mut export, mut done) = (Export::default(), BTreeSet::new());
        let mut open = vec![(drv.clone(), false)];
        while let Some((path, is_ready)) = open.pop() {
            let Some(object) = self.store.view.object(&path) else { continue };
            if is_ready {
                export.add(&self.store.dir, self.store.view.as_ref(), &path, &object.references)?;
            } else if done.insert(path.clone()) {
                open.push((path, true));
                open.extend(object.references.into_iter().map(|reference| (reference, false)));
            }
        }
        Ok(export.finish())
    }
}
