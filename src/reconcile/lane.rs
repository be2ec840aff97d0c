//! Where a step queues until it may begin.

use model::{Backend, Kind};
use plan::{Action, Step};

/// Steps that share a number of places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Lane {
    /// Steps that keep a backend at work.
    Work(Backend),
    /// Steps that mostly wait, for a guest or for each other: one that takes its time must keep no other from
    /// beginning. What they ask of a backend has bounds of its own.
    Wait,
}

impl Lane {
    /// The lane of a step.
    pub(crate) const fn of(step: &Step) -> Self {
        match (&step.action, step.address.kind) {
            (Action::Start | Action::Stop { .. }, Kind::Domain) | (Action::AwaitHealth { .. }, _) => Self::Wait,
            (_, kind) => Self::Work(kind.backend()),
        }
    }
}
