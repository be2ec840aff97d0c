//! A daemon for tests: what it knows is set, and changes are told by hand.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use axum::Router;
use jiff::Timestamp;
use model::{Address, Backend, Bytes, Kind};
use prometheus_client::registry::Registry;
use serde_json::Value;
use store::{Cursor, Event, EventType, NewEvent, Query, Severity};
use tokio::sync::{broadcast, mpsc};
use tokio_util::sync::CancellationToken;

use crate::{
    ApiMetrics, ControlError, ControlPlane, Doors, Protection, ReconcileRequest, loopback, schema,
    view::{
        BackendState, Health, Identity, Phase, Size, Snapshot, State, Status, StorageTotals, Unit, UnitChange, Usage,
    },
};

/// The daemon.
pub(crate) struct Fake {
    snapshot: Mutex<Arc<Snapshot>>,
    changes: broadcast::Sender<UnitChange>,
}

impl Fake {
    /// One that knows these units, all of them running.
    pub(crate) fn new(names: &[&str]) -> Arc<Self> {
        let units = names.iter().map(|name| ((*name).to_owned(), Arc::new(unit(name, State::Running))));
        let backends = BTreeMap::from([(Backend::Libvirt, BackendState::Up { since: Timestamp::UNIX_EPOCH })]);
        let snapshot = Snapshot { units: units.collect(), backends, ..Snapshot::default() };
        Arc::new(Self { snapshot: Mutex::new(Arc::new(snapshot)), changes: broadcast::channel(16).0 })
    }

    /// Tells that a unit, which ran, is now in this state.
    pub(crate) fn tell(&self, name: &str, state: State) {
        let (before, after) = (unit(name, State::Running), unit(name, state));
        let change = UnitChange { name: name.to_owned(), before: Some(Arc::new(before)), after: Some(Arc::new(after)) };
        self.changes.send(change).expect("somebody follows");
    }

    /// How many follow the changes.
    pub(crate) fn followers(&self) -> usize {
        self.changes.receiver_count()
    }
}

/// The doors to it on the loopback interface.
pub(crate) fn doors(fake: &Arc<Fake>) -> Router {
    loopback(Doors {
        control: Arc::clone(fake) as Arc<dyn ControlPlane>,
        schema: schema(Arc::clone(fake) as Arc<dyn ControlPlane>),
        metrics: ApiMetrics::new(&mut Registry::default()),
        protection: Protection::Loopback,
        stop: CancellationToken::new(),
    })
}

fn unit(name: &str, state: State) -> Unit {
    Unit {
        name: name.to_owned(),
        address: Address::new(Kind::Domain, name),
        uuid: format!("uuid-of-{name}"),
        declared: None,
        size: Size { shares: 150, memory: Bytes::new(1 << 30) },
        state,
        health: Health::Healthy,
        drift: None,
        changed: Timestamp::UNIX_EPOCH,
    }
}

#[async_trait]
impl ControlPlane for Fake {
    fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.snapshot.lock().expect("no test panics while it holds it"))
    }

    fn changes(&self) -> broadcast::Receiver<UnitChange> {
        self.changes.subscribe()
    }

    fn status(&self) -> Status {
        let snapshot = self.snapshot();
        Status {
            version: "1.2.3",
            identity: Identity {
                program: "/bin/hypernix of 1970-01-01T00:00:00Z".to_owned(),
                state_directory: "/var/lib/hypervisor".into(),
                libvirt: "qemu:///system".to_owned(),
                docker: None,
            },
            since: Timestamp::UNIX_EPOCH,
            uptime_seconds: 5400,
            phase: Phase::Ready,
            summary: snapshot.summary(),
            generation: None,
            units: snapshot.count(),
            drift: BTreeMap::new(),
            backends: snapshot.backends.clone(),
            changing: None,
        }
    }

    async fn usage(&self, units: Vec<Address>) -> BTreeMap<Address, Usage> {
        let usage = Usage { cpu: 12.5, memory: 50.0, disk: 25.0, received: 5_000_000_000, sent: 7 };
        units.into_iter().map(|unit| (unit, usage)).collect()
    }

    async fn events(&self, query: Query) -> Result<Vec<Event>, ControlError> {
        let what = NewEvent {
            at: Timestamp::UNIX_EPOCH,
            kind: EventType::ComputeStateChanged,
            severity: Severity::Info,
            source: query.source.unwrap_or_else(|| "web".to_owned()),
            message: "it was stopped and is running".to_owned(),
            metadata: serde_json::Map::new(),
        };
        Ok(vec![Event { cursor: Cursor { index: 3, sub: 1 }, what }])
    }

    async fn storage(&self) -> StorageTotals {
        StorageTotals { used: Bytes::new(1), total: Bytes::new(2) }
    }

    async fn reconcile(&self, _request: ReconcileRequest) -> mpsc::Receiver<Value> {
        mpsc::channel(1).1
    }

    fn metrics(&self) -> String {
        "# EOF\n".to_owned()
    }
}
