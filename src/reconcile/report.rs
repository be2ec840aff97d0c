//! What became of a run, step by step.

mod text;

use std::{borrow::Cow, collections::BTreeMap};

use driver::CallCount;
use model::{Address, Backend, FieldPath};
use plan::StepId;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// What became of a run. `Display` prints it for people, serde for programs.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The version of this document's form.
    pub schema_version: u32,
    /// How it ended.
    pub result: RunResult,
    /// The run; `None` where there was nothing to do.
    pub run: Option<String>,
    /// The generation it made.
    pub generation: Option<u64>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// Its steps, in the plan's order.
    pub steps: Vec<StepReport>,
    /// Resources whose steps were all done, and which differ from the declaration all the same.
    pub not_converged: Vec<NotConverged>,
    /// What the owner should know.
    pub notes: Vec<String>,
    /// The calls made to each backend since the process began.
    pub calls: BTreeMap<Backend, CallCount>,
    /// What became of the return to the last generation that succeeded, where one was asked for and needed.
    pub rollback: Option<Box<Report>>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunResult {
    /// There was nothing to do.
    Nothing,
    /// Everything was done and reads back as declared.
    Succeeded,
    /// Every step was done, but something reads back differently.
    NotConverged,
    /// A step failed; its dependants were skipped, the rest was done.
    Failed,
    /// Its user stopped it.
    Cancelled,
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StepReport {
    /// Its number in the plan.
    pub id: StepId,
    /// Its resource.
    pub address: Address,
    /// What it does.
    pub verb: Cow<'static, str>,
    /// How it ended.
    #[serde(flatten)]
    pub status: StepStatus,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// What the backend said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Fields that wait for the next cold start.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<FieldPath>,
}

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum StepStatus {
    /// It was carried out.
    Done,
    /// It failed.
    Failed {
        /// Why, with every cause.
        error: String,
    },
    /// A step that it needs failed, so it was not begun.
    Skipped {
        /// That step.
        because: StepId,
    },
    /// It was carried out and taken back: the unit did not start with it.
    Undone {
        /// The step that failed.
        because: StepId,
    },
    /// The run was stopped before it began.
    Cancelled,
}

/// A resource that differs from its declaration though everything planned was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NotConverged {
    /// The resource.
    pub address: Address,
    /// The fields that differ; none where it is its power.
    pub fields: Vec<FieldPath>,
}

impl Report {
    /// The version of the document's form.
    pub const SCHEMA_VERSION: u32 = 1;

    /// Whether everything is as declared now, by this run or since before.
    pub const fn is_success(&self) -> bool {
        matches!(self.result, RunResult::Nothing | RunResult::Succeeded)
    }

    /// The steps that failed, with why.
    pub fn failures(&self) -> impl Iterator<Item = (&StepReport, &str)> {
        self.steps.iter().filter_map(|step| match &step.status {
            StepStatus::Failed { error } => Some((step, error.as_str())),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests;
