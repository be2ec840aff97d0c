//! The signals that end the daemon, or make it read its manifest again.

use std::io;

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::mpsc::Sender,
};
use tokio_util::sync::CancellationToken;

use super::{bus::Bus, keeper::Command, notify, shutdown};

/// What is listened for.
#[derive(Debug)]
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    /// Begins to listen; a signal that comes from now on is kept until it is obeyed.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hangup: signal(SignalKind::hangup())?,
        })
    }

    /// SIGTERM and SIGINT end the daemon once the steps in flight have ended; SIGHUP makes it read the manifest again.
    pub(super) async fn obey(mut self, stop: CancellationToken, commands: Sender<Command>) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => {
                    tokio::spawn(notify::ask_for_patience());
                    if Bus.host_is_stopping().await {
                        shutdown::stop_guests(&commands).await;
                    }
                    stop.cancel();
                }
                _ = self.interrupt.recv() => stop.cancel(),
                _ = self.hangup.recv() => {
                    notify::reloading();
                    if commands.send(Command::Reload).await.is_err() {
                        return;
                    }
                }
            }
        }
    }
}
