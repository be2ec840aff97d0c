//! What the state directory says: what is held, and what was last applied.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
    time::SystemTime,
};

use api::view::Declared;
use config::EvalSettings;
use model::{Address, Applied, Backend, Desired};
use reconcile::{GenerationError, StateDir, StateError, lock_taken};

/// What the state directory says.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// When the lock was last taken before this was read.
    pub(super) as_of: Option<SystemTime>,
    /// The newest generation.
    pub(super) generation: Option<u64>,
    /// What it wants. Where its values came from is left out: it would be most of the memory.
    pub(super) desired: Arc<Desired>,
    /// The hashes of what it wants.
    pub(super) hashes: Arc<BTreeMap<Address, String>>,
    /// Its units, with nothing left to compose.
    pub(super) declared: Arc<BTreeMap<String, Arc<Declared>>>,
    /// What was last applied.
    pub(super) applied: Arc<Applied>,
    /// Units whose power was settled by hand.
    pub(super) held: BTreeSet<Address>,
}

/// The state directory cannot be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum KnownError {
    /// What was applied cannot be.
    #[error(transparent)]
    State(#[from] StateError),
    /// What is wanted cannot be.
    #[error(transparent)]
    Generation(#[from] GenerationError),
}

/// What is to be read anew because it is known otherwise now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Stale {
    /// These.
    These(BTreeSet<Address>),
    /// Everything.
    Everything,
}

impl Known {
    /// Reads the state directory; what has not changed since `before` is taken from there.
    pub(super) fn load(state: &StateDir, before: &Self) -> Result<Self, KnownError> {
        let as_of = lock_taken(state);
        let newest = state.generations().newest()?.map(|newest| newest.number);
        let known = Self {
            as_of,
            applied: Arc::new(state.rows().load()?.applied),
            held: state.held().load()?,
            ..before.clone()
        };
        let Some(number) = newest else { return Ok(Self { generation: None, ..known }) };
        if before.generation == newest {
            return Ok(known);
        }
        let mut desired = state.generations().desired(number)?;
        for resource in desired.resources.values_mut() {
            resource.origins = BTreeMap::new();
        }
        let hashes = desired.resources.iter().map(|(address, resource)| (address.clone(), resource.spec.hash()));
        let declared = state.generations().manifest(number)?.map(|path| declared(&path)).unwrap_or_default();
        Ok(Self {
            generation: newest,
            hashes: Arc::new(hashes.collect()),
            desired: Arc::new(desired),
            declared: Arc::new(declared),
            ..known
        })
    }

    /// What must be read anew since it was read when `before` was known.
    pub(super) fn stale_since(&self, before: &Self) -> Stale {
        if self.generation != before.generation {
            return Stale::Everything;
        }
        let (now, then) = (&self.applied.rows, &before.applied.rows);
        let differs = |address: &&Address| now.get(*address) != then.get(*address);
        Stale::These(now.keys().chain(then.keys()).filter(differs).cloned().collect())
    }

    /// The backends that know of the host what matters here.
    pub(super) fn concerned(&self) -> BTreeSet<Backend> {
        let all = [Backend::Host, Backend::Libvirt, Backend::Docker];
        all.into_iter().filter(|&backend| backend == Backend::Host || self.needs(backend)).collect()
    }

    /// Whether anything that is declared or was applied is this backend's.
    pub(super) fn needs(&self, backend: Backend) -> bool {
        let mut all = self.desired.resources.keys().chain(self.applied.rows.keys());
        all.any(|address| address.kind.backend() == backend)
    }
}

/// The units of a manifest. One that this version cannot read any more leaves them without their settings.
fn declared(manifest: &Path) -> BTreeMap<String, Arc<Declared>> {
    match config::load(manifest, &EvalSettings::default()) {
        Ok(loaded) => {
            let units = loaded.composition.units.into_iter();
            units
                .map(|(name, unit)| {
                    (name, Arc::new(Declared { unit: unit.unit, tags: unit.tags, at: unit.declared_at }))
                })
                .collect()
        }
        Err(error) => {
            tracing::warn!(manifest = %manifest.display(), %error, "the settings of units are not known");
            BTreeMap::new()
        }
    }
}
