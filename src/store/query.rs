//! What is asked of the log.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::{Cursor, Event, EventType, NewEvent, Severity};

/// Which events are asked for; what is not set does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Of these kinds.
    pub types: Option<BTreeSet<EventType>>,
    /// As bad as this.
    pub severity: Option<Severity>,
    /// About this.
    pub source: Option<String>,
    /// At this time or later.
    pub since: Option<Timestamp>,
    /// At this time or earlier.
    pub until: Option<Timestamp>,
    /// At most so many.
    pub limit: usize,
}

/// What came after a cursor.
#[derive(Clone, Debug, PartialEq)]
pub enum Resumed {
    /// These, oldest first.
    Events(Vec<Event>),
    /// Some of it has been forgotten: look at things as they are, and go on from here.
    Resync(Cursor),
}

impl Query {
    /// Whether the query asks for this event.
    pub fn wants(&self, event: &NewEvent) -> bool {
        self.types.as_ref().is_none_or(|types| types.contains(&event.kind))
            && self.severity.is_none_or(|severity| severity == event.severity)
            && self.source.as_ref().is_none_or(|source| *source == event.source)
            && self.since.is_none_or(|since| event.at >= since)
            && self.until.is_none_or(|until| event.at <= until)
    }
}
