//! A plan as a whole: the document that is printed, saved and applied.

use std::collections::{BTreeMap, BTreeSet};

use model::{Address, Fingerprint, Note};
use serde::{Deserialize, Serialize};

use crate::{Effect, ResourceChange, Step, StepId, Verb};

/// The version of the form that plans have now; docs/plan-schema.md describes it.
pub const SCHEMA_VERSION: u32 = 1;

/// What is going to be done. The same inputs give the same plan, byte for byte.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// The version of this document's form.
    pub schema_version: u32,
    /// Numbers for the first line.
    pub summary: Summary,
    /// One entry a resource that changes, in the order of addresses.
    pub changes: Vec<ResourceChange>,
    /// The steps, in an order that respects `after`.
    pub steps: Vec<Step>,
    /// Resources whose row of last-applied values is to be brought up to date once their steps, if they have
    /// any, have succeeded: written from the declaration where they are declared, given the time at which their
    /// declaration was first seen gone where their change is [`Verb::Orphan`], dropped otherwise. No backend
    /// takes part in it.
    #[serde(default)]
    pub settled: BTreeSet<Address>,
    /// Objects of the backends that are not ours.
    pub unmanaged: Vec<Address>,
    /// What the owner should know.
    pub notes: Vec<Note>,
    /// What the plan was made from, by address: a saved plan is refused when any of these has moved. An address
    /// with empty fingerprints was not there.
    pub basis: BTreeMap<Address, Fingerprint>,
}

/// Numbers for a plan's first line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Resources by what happens to them.
    pub verbs: BTreeMap<Verb, usize>,
    /// Resources that stay as they are.
    pub unchanged: usize,
    /// Resources whose data is destroyed.
    pub destroyed: usize,
    /// The strongest disturbance of all.
    pub effect: Effect,
    /// A rough estimate of how long it takes, in milliseconds.
    pub estimate_ms: u64,
}

impl Plan {
    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// The step of that number.
    pub fn step(&self, id: StepId) -> Option<&Step> {
        let at = usize::try_from(id.0).ok()?.checked_sub(1)?;
        self.steps.get(at).filter(|step| step.id == id)
    }

    /// The steps that change one resource.
    pub fn steps_of<'p>(&'p self, change: &'p ResourceChange) -> impl Iterator<Item = &'p Step> {
        change.steps.iter().filter_map(|id| self.step(*id))
    }

    /// The change of one resource.
    pub fn change_of(&self, address: &Address) -> Option<&ResourceChange> {
        self.changes.iter().find(|change| change.address == *address)
    }
}
