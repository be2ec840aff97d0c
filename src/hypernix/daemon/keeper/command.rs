//! What the keeper is told.

use api::ReconcileRequest;
use model::Backend;
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

/// What the keeper is told.
#[derive(Debug)]
pub(in crate::daemon) enum Command {
    /// A backend does not answer. The answer says whether anything here needs it.
    Lost {
        /// Which.
        backend: Backend,
        /// Why.
        reason: String,
        /// For the answer.
        need: oneshot::Sender<Need>,
    },
    /// A run has ended, ours or that of another process.
    RunEnded,
    /// The manifest is to be read and applied again, and everything to be read anew.
    Reload,
    /// The host is to match a manifest.
    Reconcile(Asked),
    /// The host goes down: units are to be stopped, and not started again.
    HostStops {
        /// Is told when they are.
        done: oneshot::Sender<()>,
    },
    /// The host stays up after all.
    HostStays,
    /// Asks whether the keeper still keeps.
    AreYouThere {
        /// Is told that it does.
        answer: oneshot::Sender<()>,
    },
}

/// A reconciliation that is asked for.
#[derive(Debug)]
pub(in crate::daemon) struct Asked {
    /// With what.
    pub(in crate::daemon) request: ReconcileRequest,
    /// Where it tells how it goes; nowhere where nobody listens.
    pub(in crate::daemon) lines: Option<mpsc::Sender<Value>>,
}

/// Whether anything here needs a backend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::daemon) enum Need {
    /// Something that is declared or was applied is its.
    Needed,
    /// Nothing is.
    Idle,
}
