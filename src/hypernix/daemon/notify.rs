//! Tells systemd: ready, reloading, stopping, alive, and in a line how it goes.

use std::{sync::Arc, time::Duration};

use api::view::Phase;
use sd_notify::NotifyState;
use tokio::sync::{mpsc::Sender, oneshot};

use super::{keeper::Command, plane::Plane};

/// Tells until it is dropped.
#[derive(Debug)]
pub(super) struct Notifier {
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Notifier {
    /// Starts telling. Readiness is told once everything was read, or is known not to answer.
    pub(super) fn start(plane: Arc<Plane>, commands: Sender<Command>) -> Self {
        let mut tasks = vec![tokio::spawn(tell(plane))];
        if let Some(limit) = sd_notify::watchdog_enabled() {
            tasks.push(tokio::spawn(wag(commands, limit / 3)));
        }
        Self { tasks }
    }

    /// The daemon ends.
    pub(super) fn stopping(&self) {
        say(&[NotifyState::Stopping]);
    }
}

impl Drop for Notifier {
    fn drop(&mut self) {
        self.tasks.iter().for_each(tokio::task::JoinHandle::abort);
    }
}

/// The manifest is read again.
pub(super) fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => say(&[NotifyState::Reloading, now]),
        Err(error) => tracing::debug!(%error, "the clock cannot be read"),
    }
}

/// How long the daemon may take to end: no step takes longer.
const LONGEST_END: Duration = Duration::from_secs(3600);

/// Asks for more time to end, again and again: units that are shut down have their own patience.
pub(super) async fn ask_for_patience() {
    let mut ticks = tokio::time::interval(Duration::from_secs(5));
    let began = tokio::time::Instant::now();
    while began.elapsed() < LONGEST_END {
        ticks.tick().await;
        say(&[NotifyState::ExtendTimeoutUsec(30_000_000)]);
    }
}

/// What was begun has ended: the start, or a reload.
pub(super) fn ready() {
    say(&[NotifyState::Ready]);
}

async fn tell(plane: Arc<Plane>) {
    let (mut snapshot, mut phase) = plane.watch();
    let mut told = (String::new(), Phase::Starting);
    loop {
        let now = (snapshot.borrow_and_update().summary(), *phase.borrow_and_update());
        if now.0 != told.0 {
            say(&[NotifyState::Status(&now.0)]);
        }
        if (told.1, now.1) == (Phase::Starting, Phase::Ready) {
            say(&[NotifyState::Ready]);
            tracing::info!(summary = now.0, "ready");
        }
        told = now;
        let changed = tokio::select! {
            changed = snapshot.changed() => changed,
            changed = phase.changed() => changed,
        };
        if changed.is_err() {
            return;
        }
    }
}

/// Shows that the daemon lives: that its keeper, which everything else waits for, answers.
async fn wag(commands: Sender<Command>, every: Duration) {
    let mut ticks = tokio::time::interval(every);
    loop {
        ticks.tick().await;
        let (answer, answered) = oneshot::channel();
        if commands.send(Command::AreYouThere { answer }).await.is_err() || answered.await.is_err() {
            return;
        }
        say(&[NotifyState::Watchdog]);
    }
}

fn say(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::debug!(%error, "systemd is not told");
    }
}
