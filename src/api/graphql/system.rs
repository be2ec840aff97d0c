//! The system as a whole.

use async_graphql::SimpleObject;
use model::Span;

use super::{enums::HealthStatus, scalars::Duration};
use crate::view::{Snapshot, Status, StorageTotals};

/// The system as a whole.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct SystemStatus {
    version: String,
    uptime: Duration,
    nodes: i32,
    compute_units: i32,
    /// Bytes, as a number in text.
    storage_used: String,
    /// Bytes, as a number in text.
    storage_total: String,
    health: HealthStatus,
    /// Units that differ from their declarations, and other objects that do.
    drifted: i32,
    /// The generation that is held.
    generation: Option<i32>,
}

impl SystemStatus {
    pub(super) fn of(snapshot: &Snapshot, status: &Status, storage: StorageTotals) -> Self {
        Self {
            version: status.version.to_owned(),
            uptime: Span::seconds(status.uptime_seconds).into(),
            nodes: 1,
            compute_units: i32::try_from(snapshot.units.len()).unwrap_or(i32::MAX),
            storage_used: storage.used.get().to_string(),
            storage_total: storage.total.get().to_string(),
            health: snapshot.health().into(),
            drifted: i32::try_from(snapshot.drift.len()).unwrap_or(i32::MAX),
            generation: snapshot.generation.and_then(|number| i32::try_from(number).ok()),
        }
    }
}
