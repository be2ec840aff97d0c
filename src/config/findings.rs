//! What a pass over the configuration found: problems, and notes on what is not wrong.

use model::{Address, Note, SourcePos};

use crate::problem::{Problem, ValueProblem};

/// Problems and notes, in the order in which they were found.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Each problem with its place.
    pub(crate) problems: Vec<(Problem, Option<SourcePos>)>,
    /// What the owner should know.
    pub(crate) notes: Vec<Note>,
}

impl Findings {
    /// Records a problem.
    pub(crate) fn problem(&mut self, at: Option<&SourcePos>, problem: impl Into<Problem>) {
        self.problems.push((problem.into(), at.cloned()));
    }

    /// Whether the same value was found wrong at the same place, for whomever.
    pub(crate) fn has_like(&self, at: Option<&SourcePos>, problem: &ValueProblem) -> bool {
        self.problems.iter().any(|(known, place)| match (known, problem) {
            (
                Problem::Value(ValueProblem::Wrong { path: known, reason: why, .. }),
                ValueProblem::Wrong { path, reason, .. },
            ) => place.as_ref() == at && known == path && why == reason,
            _ => false,
        })
    }

    /// Records a note, unless the same was noted before.
    pub(crate) fn note(&mut self, about: Option<Address>, at: Option<&SourcePos>, text: impl Into<String>) {
        let note = Note { about, text: text.into(), at: at.cloned() };
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }
}
