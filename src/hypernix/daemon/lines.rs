//! What a reconciliation tells on its way: one JSON object a line. Whoever hands a run over reads them again.

use plan::Plan;
use reconcile::{Event, Recovered, Report};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::failure::Failure;

/// A line.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Line {
    /// A killed run was found first, and put right.
    Recovered {
        /// What was found.
        message: String,
    },
    /// What is going to be done.
    Planned {
        /// The plan.
        plan: Box<Plan>,
    },
    /// The last: what became of it.
    Report {
        /// Whether everything is as declared now.
        ok: bool,
        /// Step by step.
        report: Box<Report>,
    },
    /// The last: why nothing was changed.
    Refused {
        /// Never.
        ok: bool,
        /// As `--json` prints errors.
        error: Value,
    },
    /// Something that happened in the run.
    #[serde(untagged)]
    Run(Event),
}

impl Line {
    pub(super) fn recovered(recovered: &Recovered) -> Self {
        Self::Recovered { message: recovered.to_string() }
    }

    pub(super) fn report(report: Report) -> Self {
        Self::Report { ok: report.is_success(), report: Box::new(report) }
    }

    pub(super) fn refused(failure: &Failure) -> Self {
        Self::Refused { ok: false, error: failure.document()["error"].take() }
    }

    /// Why nothing was changed, in a sentence; empty where that is not what the line tells.
    pub fn refusal(&self) -> &str {
        match self {
            Self::Refused { error, .. } => error["message"].as_str().unwrap_or_default(),
            _ => "",
        }
    }

    /// The line as it is sent.
    pub(super) fn document(&self) -> Value {
        serde_json::to_value(self).unwrap_or_else(|error| {
            tracing::error!(%error, "a line cannot be written down");
            Value::Null
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Line;

    #[test]
    fn a_line_is_read_as_it_was_written() {
        let lines = [
            json!({ "event": "recovered", "message": "a run was killed" }),
            json!({ "event": "begun", "run": "r1", "generation": null, "steps": 2 }),
            json!({ "event": "step-started", "step": 1, "address": "domain/web", "verb": "start" }),
            json!({ "event": "step-finished", "step": 1, "address": "domain/web", "verb": "start", "status": "failed",
                    "error": "no memory", "tookMs": 1240 }),
            json!({ "event": "verifying" }),
            json!({ "event": "rolling-back", "to": 3 }),
            json!({ "event": "refused", "ok": false, "error": { "code": "hypernix::locked", "message": "wait" } }),
            json!({ "event": "report", "ok": true, "report": { "schemaVersion": 1, "result": "succeeded", "run": "r1",
                    "generation": 4, "tookMs": 9, "notConverged": [], "notes": [],
                    "steps": [{ "id": 1, "address": "domain/web", "verb": "start", "status": "done", "tookMs": 9 }],
                    "calls": { "libvirt": { "reads": 3, "writes": 1 } } } }),
        ];
        for line in lines {
            let read: Line = serde_json::from_value(line.clone()).expect("it is read");
            assert_eq!(read.document(), line);
        }
    }
}
