//! What the doors need of the daemon.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use async_trait::async_trait;
use model::Address;
use reconcile::Holder;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::{broadcast, mpsc};

use crate::view::{Snapshot, Status, StorageTotals, UnitChange, Usage};

/// What the doors need of the daemon.
#[async_trait]
pub trait ControlPlane: Send + Sync + 'static {
    /// Everything that is known now; costs nothing.
    fn snapshot(&self) -> Arc<Snapshot>;

    /// Every change of a unit from now on. A reader that is slow misses some, and is told so.
    fn changes(&self) -> broadcast::Receiver<UnitChange>;

    /// What the daemon is at.
    fn status(&self) -> Status;

    /// What these units use at the moment, by asking the backends; those that do not run are absent.
    async fn usage(&self, units: Vec<Address>) -> BTreeMap<Address, Usage>;

    /// The newest events that `query` asks for, newest first.
    ///
    /// # Errors
    /// When the log cannot be read.
    async fn events(&self, query: store::Query) -> Result<Vec<store::Event>, ControlError>;

    /// The space on this host that units' data may take.
    async fn storage(&self) -> StorageTotals;

    /// Makes the host match a manifest. Tells as it goes; the last line is the report, or why there is none.
    async fn reconcile(&self, request: ReconcileRequest) -> mpsc::Receiver<Value>;

    /// The figures for Prometheus, in its text format.
    fn metrics(&self) -> String;
}

/// What a reconciliation is asked for with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReconcileRequest {
    /// The manifest, or another file that declares; absolute.
    pub manifest: PathBuf,
    /// Lets the plan destroy data, where the deletion policy that was applied says so.
    #[serde(default)]
    pub allow_destroy: bool,
    /// Removes what is no longer declared at once, without waiting out its grace.
    #[serde(default)]
    pub prune: bool,
    /// Agrees to the many removals of the plan with this hash.
    #[serde(default)]
    pub allow_prune: Option<String>,
    /// Restarts units whose changes wait for a cold start.
    #[serde(default)]
    pub restart_pending: bool,
    /// Goes on without a backend that cannot be reached.
    #[serde(default)]
    pub partial: bool,
    /// Returns to the last generation that succeeded when a step fails.
    #[serde(default)]
    pub rollback_on_failure: bool,
    /// Who asks, for the generation and for those who are turned away meanwhile.
    #[serde(default)]
    pub caller: Option<Holder>,
}

/// The daemon cannot answer.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The log of events cannot be read.
    #[error("the log of events cannot be read")]
    Events(#[from] store::StoreError),
    /// The daemon is ending.
    #[error("the daemon is stopping")]
    Stopping,
}
