//! What every backend can do.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;
use model::{
    Address, Applied, Backend, Bytes, FieldPath, Fingerprint, HostFacts, ObservedResource, OwnerId, Previous, Spec,
};
use plan::Step;

use crate::{CallCount, ObserveError, StepError, Teller};

/// A backend: a place where resources live.
#[async_trait]
pub trait Driver: Send + Sync {
    /// Which backend this is.
    fn backend(&self) -> Backend;

    /// Tells what this backend knows of the host; what it does not know is left at its default. Read before the
    /// declaration is lowered, so it is quick: what is slow to find out is kept beside the state.
    ///
    /// # Errors
    /// When the backend cannot be reached or does not answer within its deadline.
    async fn host_facts(&self) -> Result<HostFacts, ObserveError>;

    /// Begins to read everything, so that the next observation of everything finds it read: a caller that has
    /// something else to do first saves that time. Reading nothing ahead is always right.
    fn look_ahead(&self) {}

    /// Reads what is there, without changing anything. The number of calls to the backend does not depend on
    /// how many objects are ours, save one read an object.
    ///
    /// # Errors
    /// When the backend cannot be reached or does not answer within its deadline.
    async fn observe(&self, request: &ObserveRequest<'_>) -> Result<Observation, ObserveError>;

    /// Asks the backend itself what it would say to these specifications, without touching anything live.
    async fn validate(&self, wanted: &BTreeMap<Address, Spec>) -> Vec<Finding>;

    /// Carries out one step and reads back that it took. Doing a step twice is harmless.
    ///
    /// # Errors
    /// When the backend refuses, does not answer within the deadline, or says yes but shows something else.
    async fn execute(&self, step: &Step) -> Result<Outcome, StepError>;

    /// Gives an object back the definition that it had before it was changed, as [`Outcome::previous`] told it, and
    /// starts it.
    ///
    /// # Errors
    /// When the backend refuses, or does not do such a thing.
    async fn restore(&self, address: &Address, _previous: &Previous) -> Result<Outcome, StepError> {
        Err(StepError::Unsupported { verb: "restore", address: address.clone() })
    }

    /// Puts right what steps that were killed half-way left behind and [`Driver::observe`] does not show; called
    /// when a run was interrupted, before anything is observed. Returns what was concerned, for the report.
    ///
    /// # Errors
    /// When the backend cannot be reached or refuses.
    async fn sweep(&self, _owner: OwnerId) -> Result<Vec<String>, ObserveError> {
        Ok(Vec::new())
    }

    /// Removes what we made, replaced since under another path, and nobody uses any more: `applied` says what stands
    /// where, `is_used` whether anything that is there names a path. What cannot be removed is left for the next time.
    /// Returns what was removed.
    async fn tidy(&self, _applied: &Applied, _is_used: &IsUsed<'_>) -> Vec<PathBuf> {
        Vec::new()
    }

    /// Tells of every change from now on, [`Notice::Attached`](crate::Notice::Attached) first, for as long as the
    /// backend can be heard and somebody listens. A backend that tells nothing by itself is silent until then.
    ///
    /// # Errors
    /// When the backend cannot be reached, or is lost.
    async fn watch(&self, teller: &Teller) -> Result<(), ObserveError> {
        teller.closed().await;
        Ok(())
    }

    /// How many calls have been made, by reading and writing.
    fn calls(&self) -> CallCount;
}

/// Whether anything that is there names a path.
pub type IsUsed<'a> = dyn Fn(&Path) -> bool + Send + Sync + 'a;

/// What is to be read, and what is known already.
#[derive(Clone, Copy, Debug)]
pub struct ObserveRequest<'a> {
    /// Whose marks are ours.
    pub owner: OwnerId,
    /// What we last applied: volumes are ours by their row here, having no mark of their own.
    pub applied: &'a Applied,
    /// Hashes of the wanted specifications. An object whose applied row has this hash and whose fingerprint is
    /// that row's need not be parsed ([`model::Seen::Unchanged`]).
    pub wanted: &'a BTreeMap<Address, String>,
    /// Only these, or everything.
    pub only: Option<&'a BTreeSet<Address>>,
}

/// Told how much of an image has come, and of how much where that is known.
pub type OnProgress = Arc<dyn Fn(&Address, Bytes, Option<Bytes>) + Send + Sync>;

/// What was read of one backend.
#[derive(Clone, Debug, Default)]
pub struct Observation {
    /// Every object.
    pub resources: BTreeMap<Address, ObservedResource>,
}

/// What became of a step.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What the owner should know: a guest that has not let go of a device yet, a warning of the engine's.
    pub notes: Vec<String>,
    /// Fields that did not take effect live and wait for the next cold start.
    pub pending: Vec<FieldPath>,
    /// The object's fingerprint, where it was read back.
    pub fingerprint: Option<Fingerprint>,
    /// What it was defined as before, where its configuration was changed: [`Driver::restore`] takes it.
    pub previous: Option<Previous>,
}

impl Outcome {
    /// The same with more that the owner should know, each thing said once.
    pub(crate) fn with_notes(mut self, notes: Vec<String>) -> Self {
        for note in notes {
            if !self.notes.contains(&note) {
                self.notes.push(note);
            }
        }
        self
    }
}

/// Something the backend says about a specification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// About which resource.
    pub address: Address,
    /// How bad it is.
    pub severity: Severity,
    /// The backend's words, with the field where it is known.
    pub text: String,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It works, but not as one may think.
    Warning,
    /// It will be refused.
    Error,
}
