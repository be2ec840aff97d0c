//! Decides what to do: `plan(desired, observed, applied)` is a pure function, and everything about a change —
//! what is done, in which order, what it disturbs and why — is decided here. Executors only carry out.
//!
//! ```text
//!  Desired ─┐   diff: three ways,   matrix: what a       decide: per kind,    order: numbered
//!  Observed ┼─► field by field   ─► change of a field ─► actions and words ─► steps with `after` ─► Plan
//!  Applied ─┘                       costs, as tables     prune: what is gone
//! ```

mod basis;
mod change;
mod classify;
mod decide;
mod diff;
mod document;
mod error;
mod estimate;
mod handover;
mod input;
pub mod matrix;
mod order;
mod planner;
mod power;
pub mod print;
mod prune;
mod references;
mod scope;
mod step;
mod updates;

pub use basis::{How, Move, Moved};
pub use change::{Cause, Effect, Fate, FieldChange, ResourceChange, Verb};
pub use document::{Plan, SCHEMA_VERSION, Summary};
pub use error::{PlanError, Refusal};
pub use input::{Destroy, PendingRestart, PlanInput, PlanOptions, Prune, Removals, Unreachable};
pub use planner::plan;
pub use step::{Action, Data, HookPhase, Mark, Step, StepId};
pub use updates::updates_document;

#[cfg(test)]
mod scenarios;
