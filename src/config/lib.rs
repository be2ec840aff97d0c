//! From a configuration to what a host should hold.
//!
//! ```text
//!   host.nix ──nix-eval, modules/──┐
//!                                  ├─► Manifest ──compose──► Composition ──lower──► model::Desired
//!   manifest.json ─────────────────┘       │                     │
//!                                       positions             explain
//! ```
//!
//! [`load`] reads and composes; [`Loaded::lower`] makes resources of it for one host. Only [`load`] touches files,
//! and only through [`EvalSettings::io`]. Everything that is wrong is reported at once, as [`ConfigErrors`].

mod source;

pub mod manifest;

pub mod compose;

pub mod unit;

mod lower;

mod error;
mod findings;
mod nearest;
pub mod problem;
mod roughly;
mod tree;

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use model::{Backend, Desired, Note};
use serde_json::Value;

pub use compose::{Composition, ExplainError, Explanation};
pub use error::{ConfigError, ConfigErrors, SourceText};
pub use lower::LowerSettings;
pub use manifest::Manifest;
use manifest::VolumeBackend;
pub use nix_eval::Settings as EvalSettings;

use findings::Findings;
use source::Read;

/// A configuration, read and composed.
pub struct Loaded {
    /// What the modules made of it.
    pub manifest: Manifest,
    /// Every unit, resolved.
    pub composition: Composition,
    /// The files it was made from, in order of their paths; our own modules are not among them.
    pub files: Vec<PathBuf>,
    json: Value,
    sources: Arc<dyn SourceText + Send + Sync>,
}

/// Reads a `.nix` file, a directory with a `default.nix`, or a manifest in JSON, and composes its units.
///
/// # Errors
/// When it cannot be read or evaluated, or anything in it is wrong: all of it, each with its place.
pub fn load(path: &Path, settings: &EvalSettings) -> Result<Loaded, ConfigErrors> {
    let sources: Arc<dyn SourceText + Send + Sync> = Arc::new(source::Texts::new(settings));
    let refuse = |problems| ConfigErrors::new(problems, &*sources);
    let Read { json, files } = source::read(path, settings).map_err(refuse)?;
    let manifest = source::manifest(&json).map_err(|problem| refuse(vec![(problem.into(), None)]))?;
    let mut findings = Findings::default();
    let composition = compose::compose(&manifest, &source::NixExpressions, &mut findings);
    if !findings.problems.is_empty() {
        return Err(ConfigErrors::new(findings.problems, &*sources));
    }
    Ok(Loaded { manifest, composition, files, json, sources })
}

impl Loaded {
    /// Makes the resources that the host of `settings` should hold. The same inputs give the same bytes.
    ///
    /// # Errors
    /// When a unit cannot be made on its backend, a name, port or address is taken twice, or something named is not
    /// declared: all of it, each with its place.
    pub fn lower(&self, settings: &LowerSettings) -> Result<Desired, ConfigErrors> {
        let (desired, findings) = lower::lower(&self.manifest, &self.composition, settings, Findings::default());
        if findings.problems.is_empty() {
            Ok(desired)
        } else {
            Err(ConfigErrors::new(findings.problems, &*self.sources))
        }
    }

    /// The backends on which anything is declared.
    pub fn backends(&self) -> BTreeSet<Backend> {
        let options = &self.manifest.hypervisor;
        let of = |backend: &VolumeBackend| match backend {
            VolumeBackend::Libvirt => Backend::Libvirt,
            VolumeBackend::Docker => Backend::Docker,
        };
        let units = self.composition.units.values().map(|unit| unit.unit.features.isolation.kind.is_container());
        let units = units.map(|docker| if docker { Backend::Docker } else { Backend::Libvirt });
        let networks = options.networks.values().map(|network| of(&network.backend));
        let volumes = options.storage.volumes.values().map(|volume| of(&volume.backend));
        let pools = options.storage.pools.values().map(|_| Backend::Libvirt);
        units.chain(networks).chain(volumes).chain(pools).collect()
    }

    /// The archives that containers' images are made of. They are named by what is in them, so their hashes belong
    /// into [`LowerSettings::files`].
    pub fn archives(&self) -> BTreeSet<PathBuf> {
        let containers =
            self.composition.units.values().filter(|unit| unit.unit.features.isolation.kind.is_container());
        let images = containers.filter_map(|unit| unit.unit.image.as_ref());
        images.filter_map(lower::archive_file).filter(|file| file.is_absolute()).collect()
    }

    /// The files of disk images whose hash is declared; with their hashes in [`LowerSettings::files`], a wrong one is
    /// told before anything is touched.
    pub fn images(&self) -> BTreeSet<PathBuf> {
        let vms = self.composition.units.values().filter(|unit| !unit.unit.features.isolation.kind.is_container());
        let volumes = self.manifest.hypervisor.storage.volumes.values().filter_map(|volume| volume.image.as_ref());
        let images = vms.filter_map(|unit| unit.unit.image.as_ref()).chain(volumes);
        images.filter_map(lower::hashed_file).filter(|file| file.is_absolute()).collect()
    }

    /// Tells where the values of a unit came from and what they overrode: of one field, of all fields below one, or,
    /// without a field, of all that is not an option's default.
    ///
    /// # Errors
    /// When there is no such unit, or it has no such field.
    pub fn explain(&self, unit: &str, field: Option<&str>) -> Result<Explanation, ExplainError> {
        self.composition.explain(unit, field, &self.manifest.positions)
    }

    /// What the owner should know though nothing is wrong, as far as it is known without a host.
    pub fn notes(&self) -> &[Note] {
        &self.composition.notes
    }

    /// The manifest as a value; [`Loaded::manifest_json`] prints it.
    pub fn manifest_value(&self) -> &Value {
        &self.json
    }

    /// The manifest in its canonical form: the same text whichever way the configuration came in.
    pub fn manifest_json(&self) -> String {
        let mut text = serde_json::to_string_pretty(&self.json).expect("a JSON value always serialises");
        text.push('\n');
        text
    }
}

#[cfg(test)]
mod tests;
