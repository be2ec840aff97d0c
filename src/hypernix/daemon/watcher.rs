//! Hears when another process has changed the host: whoever does so holds the lock, and closes its file at the end.

use std::{ffi::OsStr, path::Path};

use futures::StreamExt;
use inotify::{EventStream, Inotify, WatchMask};
use tokio::sync::mpsc::Sender;

use super::keeper::Command;

/// Starts listening; without it, the next reading of everything shows what changed.
pub(super) fn start(state: &Path, commands: Sender<Command>) {
    match watch(state) {
        Ok(events) => drop(tokio::spawn(listen(events, commands))),
        Err(error) => tracing::warn!(%error, "runs of other processes are not heard of"),
    }
}

fn watch(state: &Path) -> std::io::Result<EventStream<Vec<u8>>> {
    let inotify = Inotify::init()?;
    inotify.watches().add(state, WatchMask::CLOSE_WRITE)?;
    inotify.into_event_stream(vec![0; 4096])
}

async fn listen(mut events: EventStream<Vec<u8>>, commands: Sender<Command>) {
    while let Some(Ok(event)) = events.next().await {
        if event.name.as_deref() == Some(OsStr::new("lock")) && commands.send(Command::RunEnded).await.is_err() {
            return;
        }
    }
}
