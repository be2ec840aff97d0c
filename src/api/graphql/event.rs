//! Events.

use std::collections::BTreeSet;

use async_graphql::{ID, InputObject, Object};
use serde_json::Value;

use super::{
    enums::{EventSeverity, EventType},
    scalars::Time,
};

/// Something that happened.
#[derive(Clone, Debug)]
pub(crate) struct Event(pub(super) store::Event);

/// Something that happened.
#[Object]
impl Event {
    /// Its place in the log, by which one can resume.
    async fn id(&self) -> ID {
        ID(self.0.cursor.to_string())
    }

    async fn timestamp(&self) -> Time {
        Time(self.0.what.at)
    }

    #[graphql(name = "type")]
    async fn kind(&self) -> EventType {
        self.0.what.kind.into()
    }

    async fn severity(&self) -> EventSeverity {
        self.0.what.severity.into()
    }

    /// About what: a unit's id.
    async fn source(&self) -> &str {
        &self.0.what.source
    }

    async fn message(&self) -> &str {
        &self.0.what.message
    }

    async fn metadata(&self) -> Value {
        Value::Object(self.0.what.metadata.clone())
    }
}

/// Which events are asked for; all of it must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct EventFilter {
    types: Option<Vec<EventType>>,
    severity: Option<EventSeverity>,
    /// A unit's id.
    source: Option<String>,
    since: Option<Time>,
    until: Option<Time>,
}

impl EventFilter {
    /// The log's question.
    pub(super) fn query(self, limit: usize) -> store::Query {
        let Self { types, severity, source, since, until } = self;
        store::Query {
            types: types.map(|types| types.into_iter().map(Into::into).collect::<BTreeSet<_>>()),
            severity: severity.map(Into::into),
            source,
            since: since.map(|Time(at)| at),
            until: until.map(|Time(at)| at),
            limit,
        }
    }
}
