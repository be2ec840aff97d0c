//! A report for people: the result first, then what needs attention; steps that were simply done are counted.

use std::fmt;

use super::{Report, RunResult, StepReport, StepStatus};

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        headline(self, f)?;
        for step in &self.steps {
            attention(self, step, f)?;
        }
        for unlike in &self.not_converged {
            write!(f, "\n  ≠ {} still differs", unlike.address)?;
            if !unlike.fields.is_empty() {
                let fields: Vec<_> = unlike.fields.iter().map(|path| path.as_str()).collect();
                write!(f, " in {}", fields.join(", "))?;
            }
        }
        for note in &self.notes {
            write!(f, "\n  i {note}")?;
        }
        match &self.rollback {
            Some(rollback) => write!(f, "\nrolled back: {rollback}"),
            None => Ok(()),
        }
    }
}

fn headline(report: &Report, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let word = match report.result {
        RunResult::Nothing => return f.write_str("nothing to do"),
        RunResult::Succeeded => "applied",
        RunResult::NotConverged => "applied, but not everything took",
        RunResult::Failed => "failed",
        RunResult::Cancelled => "stopped",
    };
    f.write_str(word)?;
    if let Some(generation) = report.generation {
        write!(f, ": generation {generation}")?;
    }
    let count = |wanted: fn(&StepStatus) -> bool| report.steps.iter().filter(|step| wanted(&step.status)).count();
    let counts = [
        (count(|status| *status == StepStatus::Done), "done"),
        (count(|status| matches!(status, StepStatus::Failed { .. })), "failed"),
        (count(|status| matches!(status, StepStatus::Skipped { .. })), "skipped"),
        (count(|status| matches!(status, StepStatus::Undone { .. })), "taken back"),
        (count(|status| *status == StepStatus::Cancelled), "not begun"),
    ];
    for (n, what) in counts.into_iter().filter(|&(n, what)| n > 0 || what == "done") {
        write!(f, ", {n} {what}")?;
    }
    write!(f, " ({:.1} s)", report.took_ms as f64 / 1000.0)
}

fn attention(report: &Report, step: &StepReport, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let StepReport { address, verb, status, notes, pending, .. } = step;
    match status {
        StepStatus::Done => {}
        StepStatus::Failed { error } if says_of_what(step, error) => write!(f, "\n  ✗ {error}")?,
        StepStatus::Failed { error } => write!(f, "\n  ✗ {verb} {address}: {error}")?,
        StepStatus::Skipped { because } => {
            write!(f, "\n  - {verb} {address}: skipped")?;
            if let Some(cause) = report.steps.iter().find(|step| step.id == *because) {
                write!(f, ", because {} {} failed", cause.verb, cause.address)?;
            }
        }
        StepStatus::Undone { .. } => {
            write!(
                f,
                "\n  ↶ {verb} {address}: taken back, for the unit did not start with it; it runs as it was before"
            )?;
        }
        StepStatus::Cancelled => write!(f, "\n  - {verb} {address}: not begun")?,
    }
    for note in notes {
        write!(f, "\n  i {address}: {note}")?;
    }
    for path in pending {
        write!(f, "\n  » {address}: {path} takes effect at the next cold start")?;
    }
    Ok(())
}

/// Whether the error names the deed and its resource itself.
fn says_of_what(step: &StepReport, error: &str) -> bool {
    error.contains(&*step.verb) && error.contains(&step.address.to_string())
}
