//! Brings a host to what is declared, so that being killed at any instant costs nothing but another run.
//!
//! ```text
//!            ┌──────────────────────── lock: one writer a host ────────────────────────┐
//!   observe ─┤ plan ─► generation ─► journal: intents ─► steps ─► observe again ─► rows │─► report
//!            └──────────────▲──────────────────────────────────────────────────────────┘
//!                           └── recovery: what a killed run had made is ours all the same
//! ```
//!
//! The executor makes no choices: what is done, in which order and with which names is in the plan. Every step can
//! be done again, so recovery is looking and planning anew; the journal only says what a killed run was at.

mod confirmation;
mod deadline;
pub mod drift;
mod durable;
mod event;
mod execute;
mod frame;
mod generations;
mod journal;
mod lane;
mod lock;
mod reconciler;
mod report;
mod saved;
mod schedule;
mod settings;
mod settle;
mod state;

pub use confirmation::{Confirmation, ConfirmationError, Pending, Verdict, Window};
pub use event::Event;
pub use frame::Damage;
pub use generations::{Generation, GenerationError, GenerationResult, Generations, digest};
pub use journal::{JournalError, Recovery};
pub use lock::{Holder, Lock, LockError, lock_holder, lock_taken};
pub use reconciler::{
    ApplyError, Planned, PlanningError, RebuildError, Reconciler, RecoverError, Recovered, ReturnError,
};
pub use report::{NotConverged, Report, RunResult, StepReport, StepStatus};
pub use saved::{SavedOptions, SavedPlan, SavedPlanError};
pub use settings::{ApplyOptions, Checkpoint, Clock, Lanes, Manifest, OnFailure, Purpose, Settings, Watch};
pub use state::{Held, Loaded, Rows, Saved, StateDir, StateError, rebuild};

#[cfg(test)]
mod scenarios;
