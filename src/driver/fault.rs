//! Why a step failed, before it is said which step it was.

use std::time::Duration;

use plan::Step;

use crate::{BackendError, StepError};

/// A step's failure without its verb and address; [`Fault::of`] adds them.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The backend refused, or could not be asked.
    Refused(BackendError),
    /// The backend did not answer in time.
    Deadline(Duration),
    /// The backend said yes, but shows something else.
    NotTaken(String),
    /// The kind of resource cannot do this.
    Unsupported,
}

impl Fault {
    /// Makes a refusal of anything that is an error, or of a sentence.
    pub(crate) fn refused(source: impl Into<BackendError>) -> Self {
        Self::Refused(source.into())
    }

    /// The failure of `step`.
    pub(crate) fn of(self, step: &Step) -> StepError {
        let (verb, address) = (step.action.verb(), step.address.clone());
        match self {
            Self::Refused(source) => StepError::Refused { verb, address, source },
            Self::Deadline(deadline) => StepError::Deadline { verb, address, deadline },
            Self::NotTaken(difference) => StepError::NotTaken { verb, address, difference },
            Self::Unsupported => StepError::Unsupported { verb, address },
        }
    }

    /// What happened, with every cause, in one line: for the reason inside another failure.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Refused(source) => chain(source.as_ref()),
            Self::Deadline(deadline) => format!("no answer within {deadline:?}"),
            Self::NotTaken(difference) => difference.clone(),
            Self::Unsupported => "it cannot be done".to_owned(),
        }
    }
}

/// An error and its causes, joined by colons.
#[must_use]
pub fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
