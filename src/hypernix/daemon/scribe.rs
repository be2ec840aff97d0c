//! Writes events down, many at once: each write waits for the disk, and nobody waits for it.

use std::sync::Arc;

use store::{EventLog, NewEvent};
use tokio::{
    sync::mpsc::{self, error::TrySendError},
    task::JoinHandle,
};

/// Events that may wait to be written.
const ROOM: usize = 4096;
/// Events that are written at once, at most.
const AT_ONCE: usize = 512;

/// Writes until its pens are gone.
#[derive(Debug)]
pub(super) struct Scribe {
    pen: Pen,
    writing: JoinHandle<()>,
}

/// Where events are handed in.
#[derive(Clone, Debug)]
pub(super) struct Pen(mpsc::Sender<NewEvent>);

impl Scribe {
    /// Starts writing to `log`.
    pub(super) fn start(log: Arc<dyn EventLog>) -> Self {
        let (sender, receiver) = mpsc::channel(ROOM);
        Self { pen: Pen(sender), writing: tokio::spawn(write(log, receiver)) }
    }

    /// A pen.
    pub(super) fn pen(&self) -> Pen {
        self.pen.clone()
    }

    /// Ends once everything is written; the other pens must be gone.
    pub(super) async fn end(self) {
        drop(self.pen);
        if let Err(error) = self.writing.await {
            tracing::error!(%error, "the last events are not written");
        }
    }
}

impl Pen {
    /// Hands an event in. Where the disk is too slow, it is lost, and said so.
    pub(super) fn write(&self, event: NewEvent) {
        match self.0.try_send(event) {
            Ok(()) => {}
            Err(TrySendError::Full(event) | TrySendError::Closed(event)) => {
                tracing::error!(source = event.source, message = event.message, "an event is not written down");
            }
        }
    }
}

async fn write(log: Arc<dyn EventLog>, mut receiver: mpsc::Receiver<NewEvent>) {
    let mut events = Vec::new();
    while receiver.recv_many(&mut events, AT_ONCE).await > 0 {
        let (log, batch) = (Arc::clone(&log), std::mem::take(&mut events));
        match tokio::task::spawn_blocking(move || log.append(batch)).await {
            Ok(Ok(_)) => {}
            Ok(Err(error)) => tracing::error!(error = &error as &(dyn std::error::Error + 'static), "events are lost"),
            Err(error) => tracing::error!(%error, "events are lost"),
        }
    }
}
