//! The daemon as the doors see it.

use std::{collections::BTreeMap, sync::Arc};

use api::{
    ControlError, ControlPlane, ReconcileRequest,
    view::{Identity, Phase, Snapshot, Status, StorageTotals, UnitChange, Usage},
};
use async_trait::async_trait;
use jiff::Timestamp;
use model::Address;
use reconcile::lock_holder;
use serde_json::{Value, json};
use store::{Event, EventLog, Query};
use tokio::sync::{Semaphore, broadcast, mpsc, watch};

use super::{
    figures::Figures,
    keeper::{Asked, Command, Shown},
    usage::Meter,
};
use crate::world::World;

/// Lines of a reconciliation that may wait for a slow client.
const LINES: usize = 256;
/// Searches of the log of events at a time.
const SEARCHES: usize = 2;

/// The daemon as the doors see it.
pub(super) struct Plane {
    world: Arc<World>,
    identity: Identity,
    shown: Shown,
    log: Arc<dyn EventLog>,
    commands: mpsc::Sender<Command>,
    figures: Arc<Figures>,
    meter: Meter,
    since: Timestamp,
    /// Searches of the log go on when whoever asked has gone, so they take turns.
    searches: Arc<Semaphore>,
}

impl Plane {
    /// Makes it.
    pub(super) fn new(
        world: Arc<World>,
        identity: Identity,
        shown: Shown,
        log: Arc<dyn EventLog>,
        commands: mpsc::Sender<Command>,
        figures: Arc<Figures>,
    ) -> Self {
        let meter = Meter::new(Arc::clone(&world));
        let searches = Arc::new(Semaphore::new(SEARCHES));
        Self { world, identity, shown, log, commands, figures, meter, since: Timestamp::now(), searches }
    }

    /// What is known, to be awaited.
    pub(super) fn watch(&self) -> (watch::Receiver<Arc<Snapshot>>, watch::Receiver<Phase>) {
        (self.shown.snapshot.clone(), self.shown.phase.clone())
    }
}

#[async_trait]
impl ControlPlane for Plane {
    fn snapshot(&self) -> Arc<Snapshot> {
        self.shown.snapshot.borrow().clone()
    }

    fn changes(&self) -> broadcast::Receiver<UnitChange> {
        self.shown.changes.subscribe()
    }

    fn status(&self) -> Status {
        let snapshot = self.snapshot();
        let holder = lock_holder(self.world.reconciler.state());
        let holder = holder.inspect_err(|error| tracing::debug!(%error, "who changes the host is not known"));
        let uptime = Timestamp::now().duration_since(self.since);
        Status {
            version: env!("CARGO_PKG_VERSION"),
            identity: self.identity.clone(),
            since: self.since,
            uptime_seconds: u64::try_from(uptime.as_secs()).unwrap_or(0),
            phase: *self.shown.phase.borrow(),
            summary: snapshot.summary(),
            generation: snapshot.generation,
            units: snapshot.count(),
            drift: snapshot.drift.clone(),
            backends: snapshot.backends.clone(),
            changing: holder.ok().flatten().map(|holder| holder.to_string()),
        }
    }

    async fn usage(&self, units: Vec<Address>) -> BTreeMap<Address, Usage> {
        self.meter.usage(units).await
    }

    async fn events(&self, query: Query) -> Result<Vec<Event>, ControlError> {
        let log = Arc::clone(&self.log);
        let turn = Arc::clone(&self.searches).acquire_owned().await.map_err(|_| ControlError::Stopping)?;
        let read = tokio::task::spawn_blocking(move || {
            let _held_until_it_is_read = turn;
            log.read(&query)
        })
        .await;
        Ok(read.map_err(|_| ControlError::Stopping)??)
    }

    async fn storage(&self) -> StorageTotals {
        super::usage::storage(self.world.reconciler.state().root())
    }

    async fn reconcile(&self, request: ReconcileRequest) -> mpsc::Receiver<Value> {
        let (lines, answer) = mpsc::channel(LINES);
        let asked = Asked { request, lines: Some(lines.clone()) };
        if self.commands.send(Command::Reconcile(asked)).await.is_err() {
            let error = json!({ "code": "hypernix::busy", "message": "the daemon is stopping" });
            if lines.send(json!({ "event": "refused", "ok": false, "error": error })).await.is_err() {
                tracing::debug!("nobody hears the refusal");
            }
        }
        answer
    }

    fn metrics(&self) -> String {
        self.figures.text(&self.world.reconciler.calls())
    }
}
