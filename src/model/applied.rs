//! What we last applied: the memory of the three-way comparison.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Address, FieldPath, Hooks, Kind, Policy, Spec};

/// What we last applied, by address. A cache of the marks on the objects themselves, so it can be rebuilt.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Applied {
    /// One row a resource.
    pub rows: BTreeMap<Address, AppliedRow>,
    /// The last rows of what we let go of, by address: none of it is ours, and what is declared again is taken back
    /// without a word. A row in `rows` counts for more.
    #[serde(skip)]
    pub released: BTreeMap<Address, AppliedRow>,
}

impl Applied {
    /// Lets go of a resource. What holds data or is shared, and the files that we made, are remembered as released; a
    /// unit is forgotten, for it is taken over in words.
    pub fn release(&mut self, address: &Address) {
        let taken_back = matches!(
            address.kind,
            Kind::Volume
                | Kind::DockerVolume
                | Kind::Network
                | Kind::DockerNetwork
                | Kind::Pool
                | Kind::Image
                | Kind::Seed
                | Kind::File
        );
        if let Some(row) = self.rows.remove(address).filter(|_| taken_back) {
            self.released.insert(address.clone(), AppliedRow { orphaned_since: None, ..row });
        }
    }

    /// The row of a resource that was ours and was let go of; `None` where it is ours.
    pub fn released(&self, address: &Address) -> Option<&AppliedRow> {
        self.released.get(address).filter(|_| !self.rows.contains_key(address))
    }
}

/// What we last applied of one resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppliedRow {
    /// The specification as declared then.
    pub spec: Spec,
    /// Its hash, as [`Spec::hash`] gives it.
    pub spec_hash: String,
    /// What the backend showed when it was read back.
    pub fingerprint: Fingerprint,
    /// The generation that applied it.
    pub generation: u64,
    /// The policy then: removal is decided by it, not by the declaration that vanished.
    pub policy: Policy,
    /// The hooks then: a unit whose declaration vanished is still stopped with its scripts.
    #[serde(default)]
    pub hooks: Hooks,
    /// What it depended on then: none of it goes before the resource has its new shape.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub depends_on: BTreeSet<Address>,
    /// What somebody changed and its policy accepted, by field: null where the field is unset now.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub accepted: BTreeMap<FieldPath, Value>,
    /// When its declaration was first seen gone.
    #[serde(default)]
    pub orphaned_since: Option<Timestamp>,
    /// What it was defined as before, where it was defined anew and has not been started since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Previous>,
    /// When the guest was started that has been seen to hold no more memory than was asked of it: if it holds more
    /// now, somebody gave it more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gave_back: Option<Timestamp>,
    /// Whether it has been seen to work since it was started.
    #[serde(default, skip_serializing_if = "Gate::is_open")]
    pub gate: Gate,
}

/// An object's definition before it was changed, in its backend's own words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Previous(pub String);

/// Whether a unit has been seen to work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Gate {
    /// Its health check succeeded, or nobody asked for one.
    #[default]
    Open,
    /// Its health check has not succeeded since it was started: it is to be checked again.
    Shut,
}

impl Gate {
    /// Whether the unit has been seen to work.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Open)
    }
}

impl AppliedRow {
    /// The row of a specification that was applied as it is; of everything else nothing is known.
    pub fn new(spec: Spec) -> Self {
        Self {
            spec_hash: spec.hash(),
            spec,
            fingerprint: Fingerprint::default(),
            generation: 0,
            policy: Policy::default(),
            hooks: Hooks::default(),
            depends_on: BTreeSet::new(),
            accepted: BTreeMap::new(),
            orphaned_since: None,
            previous: None,
            gave_back: None,
            gate: Gate::Open,
        }
    }
}

/// Hashes of what a backend shows of an object: while they are equal nothing needs to be parsed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fingerprint {
    /// SHA-256 of the configuration that the next start uses, hex.
    pub config: String,
    /// SHA-256 of the running state, hex; empty where it does not run.
    #[serde(default)]
    pub live: String,
}
