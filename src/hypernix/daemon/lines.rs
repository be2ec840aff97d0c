//! What a reconciliation tells on its way: one JSON object a line.

use std::time::Duration;

use reconcile::{Event, Recovered, Report, StepStatus};
use serde_json::{Value, json};

use crate::failure::Failure;

/// A step of the run.
pub(super) fn event(event: &Event) -> Value {
    let millis = |took: &Duration| u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
    match event {
        Event::Begun { run, generation, steps } => {
            json!({ "event": "begun", "run": run, "generation": generation, "steps": steps })
        }
        Event::StepStarted { step, address, verb } => {
            json!({ "event": "step-started", "step": step, "address": address, "verb": verb })
        }
        Event::StepFinished { step, address, verb, status, took } => {
            let mut line = json!({
                "event": "step-finished", "step": step, "address": address, "verb": verb, "tookMs": millis(took),
            });
            extend(&mut line, status);
            line
        }
        Event::Verifying => json!({ "event": "verifying" }),
        Event::RollingBack { to } => json!({ "event": "rolling-back", "to": to }),
    }
}

/// A killed run was found first.
pub(super) fn recovered(recovered: &Recovered) -> Value {
    json!({ "event": "recovered", "message": recovered.to_string() })
}

/// The end: what became of it.
pub(super) fn report(report: &Report) -> Value {
    json!({ "event": "report", "ok": report.is_success(), "report": report })
}

/// The end: why nothing was changed.
pub(super) fn refused(failure: &Failure) -> Value {
    let error = failure.document()["error"].take();
    json!({ "event": "refused", "ok": false, "error": error })
}

fn extend(line: &mut Value, status: &StepStatus) {
    let status = serde_json::to_value(status).unwrap_or_default();
    if let (Some(line), Value::Object(status)) = (line.as_object_mut(), status) {
        line.extend(status);
    }
}
