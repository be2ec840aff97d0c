//! What a plan says to people: one change a resource, one line a field.

use std::collections::BTreeSet;

use model::{Address, FieldPath, Origin, SourcePos};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::skip_serializing_none;

use crate::StepId;

/// What happens to one resource.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceChange {
    /// The resource.
    pub address: Address,
    /// What happens, in a word.
    pub verb: Verb,
    /// The strongest disturbance of its fields and steps.
    pub effect: Effect,
    /// The fields that differ.
    pub fields: Vec<FieldChange>,
    /// Why, in a sentence, where the fields do not say it.
    pub why: Option<String>,
    /// Where the resource was declared.
    pub declared_at: Option<SourcePos>,
    /// The steps that do it; empty where nothing is done (reported drift, changes waiting for a cold start).
    pub steps: BTreeSet<StepId>,
    /// A rough estimate of how long it takes, in milliseconds.
    pub estimate_ms: u64,
}

/// What happens to a resource, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// It is made.
    Create,
    /// It is taken over.
    Adopt,
    /// It is renamed.
    Rename,
    /// It is changed.
    Update,
    /// It is fetched again, as its policy asks at every apply; nothing is known to differ.
    Refresh,
    /// Somebody changed it; it is changed back, accepted or left, as its policy says.
    Drift,
    /// It is configured now and takes effect at the next cold start.
    Stage,
    /// It waits for a cold start, since an earlier apply; nothing is done.
    Pending,
    /// It is stopped, changed and started.
    Restart,
    /// A new one takes its place.
    Recreate,
    /// It is started.
    Start,
    /// It runs, and is checked again, for it has not been seen to work since it was started.
    Check,
    /// It is stopped.
    Stop,
    /// Its declaration is gone: it is stopped and waits out its grace.
    Orphan,
    /// It is removed; its data stays.
    Remove,
    /// It is removed with its data.
    Destroy,
    /// It is no longer managed and stays as it is.
    Release,
    /// It would be removed or replaced, but it is protected or still used.
    Keep,
    /// It differs, and is left so: nothing changes it by itself, or its policy says that nothing may.
    Hold,
}

/// What a change disturbs, weakest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// Nothing.
    #[default]
    None,
    /// It is changed while it runs.
    Live,
    /// It takes effect at the next cold start.
    NextBoot,
    /// It is stopped and started.
    Restart,
    /// It is replaced by a new one.
    Recreate,
    /// Its data is destroyed.
    Destroy,
}

/// One field that differs.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldChange {
    /// Its path in the specification.
    pub path: FieldPath,
    /// What is there.
    pub old: Option<Value>,
    /// What is wanted; `None` where the declaration of the field is gone.
    pub new: Option<Value>,
    /// What changing it disturbs.
    pub effect: Effect,
    /// Why it differs.
    pub cause: Cause,
    /// What becomes of the difference.
    pub fate: Fate,
    /// Where the wanted value came from.
    pub origin: Option<Origin>,
}

/// Why a field differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The declaration changed.
    Changed,
    /// Somebody changed it behind our back.
    Drift,
    /// Both changed.
    Conflict,
    /// The declaration of the field is gone.
    Removed,
    /// It is configured since an earlier apply, and waits for a cold start.
    Waiting,
}

/// What becomes of a difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fate {
    /// It is done away with: now, or at the next cold start.
    #[default]
    Changed,
    /// It stays: a policy says so, or nothing changes it by itself.
    Left,
}
