//! A step: one idempotent deed on one resource, with everything the executor needs to know in it.

use std::collections::BTreeSet;

use model::{Address, DeletionPolicy, FieldPath, HealthCheck, OwnerId, Shutdown, Spec};
use serde::{Deserialize, Serialize};

/// A step's number in its plan, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub u32);

/// One idempotent deed: doing it twice, or again after a crash in the middle of it, gives the same result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// Its number.
    pub id: StepId,
    /// On what.
    pub address: Address,
    /// What is done.
    pub action: Action,
    /// The steps that must have succeeded before.
    #[serde(default)]
    pub after: BTreeSet<StepId>,
}

/// What a step does. The driver of the address's backend knows how, per kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "kebab-case")]
pub enum Action {
    /// Makes the object as specified, not yet running (networks and pools: active). An object of ours that is
    /// there already is brought to the specification.
    Create {
        /// What to make.
        spec: Spec,
        /// What marks it as ours.
        mark: Mark,
    },
    /// Changes the configuration that the next start uses (domains: redefinition that patches the live inactive
    /// XML; networks and pools: redefinition; volumes: growing; containers: what the engine changes in place).
    Configure {
        /// The whole wanted specification.
        spec: Spec,
        /// The fields that change.
        fields: Vec<FieldPath>,
        /// What marks it as ours.
        mark: Mark,
    },
    /// Changes a running object where it runs, and reads back that it took.
    ChangeLive {
        /// The whole wanted specification.
        spec: Spec,
        /// The fields that change.
        fields: Vec<FieldPath>,
    },
    /// Puts a new object in the place of the old one: containers (make, start, await health, swap, remove the
    /// old), Docker networks (members are reconnected), libvirt networks (stopped and started, interfaces
    /// plugged in again), seeds, files and images (written beside, then renamed over).
    Replace {
        /// What to make.
        spec: Spec,
        /// What marks it as ours.
        mark: Mark,
        /// Whether the new one is to run.
        start: bool,
        /// How the old one is stopped.
        shutdown: Shutdown,
        /// What must succeed before the old one is removed.
        health: Option<HealthCheck>,
    },
    /// Gives the object another name.
    Rename {
        /// The name it has.
        from: String,
    },
    /// Marks an unmanaged object as ours without changing anything else.
    Adopt {
        /// What marks it as ours.
        mark: Mark,
    },
    /// Starts it, or resumes it where it is paused.
    Start,
    /// Stops it: asks, waits, and only then cuts the power where that is allowed.
    Stop {
        /// How.
        shutdown: Shutdown,
    },
    /// Suspends it in memory.
    Pause,
    /// Resumes it.
    Resume,
    /// Runs a script of the unit's on the host.
    RunHook {
        /// When in the unit's life.
        phase: HookPhase,
        /// The script, for `/bin/sh`.
        script: String,
    },
    /// Waits until the health check succeeds.
    AwaitHealth {
        /// The check.
        check: HealthCheck,
    },
    /// Removes the object.
    Delete {
        /// What becomes of the data in it.
        data: Data,
    },
    /// Takes our mark off and drops it from the state; the object stays as it is.
    Forget,
}

/// What becomes of data when its object is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Data {
    /// It stays (a domain's disks and NVRAM; nothing that cannot be made again is lost).
    Keep,
    /// It is destroyed; only ever planned when that was asked for in words.
    Destroy,
}

/// When in a unit's life a script runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HookPhase {
    /// Before it starts.
    PreStart,
    /// After it started.
    PostStart,
    /// Before it is stopped.
    PreStop,
    /// After it stopped.
    PostStop,
}

/// What marks an object as ours; drivers put it where the backend keeps such things.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mark {
    /// This instance of the program.
    pub owner: OwnerId,
    /// The hash of the applied specification.
    pub spec: String,
    /// Whether the object is protected from removal.
    pub protect: bool,
    /// What is to become of its data.
    pub deletion: DeletionPolicy,
}

impl Action {
    /// The action's verb, as plans and reports print it.
    pub const fn verb(&self) -> &'static str {
        match self {
            Self::Create { .. } => "create",
            Self::Configure { .. } => "configure",
            Self::ChangeLive { .. } => "change live",
            Self::Replace { .. } => "replace",
            Self::Rename { .. } => "rename",
            Self::Adopt { .. } => "adopt",
            Self::Start => "start",
            Self::Stop { .. } => "stop",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::RunHook { .. } => "run hook",
            Self::AwaitHealth { .. } => "await health",
            Self::Delete { .. } => "delete",
            Self::Forget => "forget",
        }
    }
}
