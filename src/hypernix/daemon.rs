//! `hypernix serve`: the host is held as it was last declared, and shown.
//!
//! ```text
//!   libvirt, Docker ──attend──► notices ─┐                    ┌─ watch: Snapshot ──► plane ──► api: socket, loopback
//!   a run of the CLI's ──lock file───────┼──► keeper ─────────┼─ broadcast: changes of units
//!   socket, signals, logind ──commands───┘  one task, owns    └─ scribe ──► log of events
//!                                           all that changes
//!                          keeper ──► reads, heals, applies: tasks of their own, one word back each
//! ```
//!
//! What is held is the newest generation, whoever made it: the daemon, `hypernix apply`, an activation. The lock on
//! the state directory is held only while something is changed, so the command line works beside the daemon.

mod attend;
mod bus;
mod doors;
mod figures;
mod keeper;
mod lines;
mod memory;
mod notify;
mod plane;
mod scribe;
mod shutdown;
mod signals;
mod usage;
mod watcher;

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use tokio_util::sync::CancellationToken;

use crate::{
    failure::{Failure, Trouble},
    identity::identity,
    session::Session,
    world::World,
};
use doors::Listeners;
use figures::Figures;
use keeper::Keeper;
pub use lines::Line;
use notify::Notifier;
use plane::Plane;
use scribe::Scribe;
use signals::Signals;

/// The Unix socket, where no other is named.
pub const SOCKET: &str = "/run/hypernix/hypernix.sock";
/// Notices that may wait to be looked at; beyond, everything is read.
const NOTICES: usize = 4096;
/// Commands that may wait.
const COMMANDS: usize = 16;
/// Events that are kept.
const EVENTS_KEPT: u64 = 100_000;
/// How long the doors may take to close.
const CLOSING: Duration = Duration::from_secs(2);

/// How the daemon is set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it listens on the loopback interface; nowhere where empty.
    pub listen: Vec<SocketAddr>,
    /// The Unix socket.
    pub socket: PathBuf,
    /// What is applied at the start and at every reload.
    pub manifest: Option<PathBuf>,
    /// How often everything is read anew.
    pub resync: Duration,
}

/// Whether the whole host goes down, by what systemd and logind say.
pub async fn host_goes_down() -> bool {
    bus::Bus.shutdown_is_announced().await || bus::Bus.host_is_stopping().await
}

/// Serves until it is told to end.
///
/// # Errors
/// When it cannot begin: the state cannot be used, or an address is taken.
pub async fn run(session: &Session, settings: Settings) -> Result<(), Failure> {
    memory::settle();
    // Before anybody can know that it lives, and end it.
    let signals = Signals::listen().map_err(|source| Trouble::Signals { source })?;
    let world = Arc::new(World::open(session)?);
    let listeners = Listeners::open(&settings).await?;
    let figures = Arc::new(Figures::new(env!("CARGO_PKG_VERSION")));
    let log = store::Local::open(&world.reconciler.state().root().join("events.redb"), EVENTS_KEPT);
    let log: Arc<dyn store::EventLog> = Arc::new(log.map_err(|source| Trouble::Events { source })?);
    let stop = CancellationToken::new();
    let doors_stop = CancellationToken::new();
    let (teller, notices) = driver::notices(NOTICES);
    let (commands, orders) = tokio::sync::mpsc::channel(COMMANDS);
    let scribe = Scribe::start(Arc::clone(&log));
    let (keeper, shown) = Keeper::new(Arc::clone(&world), settings.clone(), scribe.pen(), Arc::clone(&figures));
    let needed = shown.needed.clone();
    let identity = identity(session, &world);
    let plane = Arc::new(Plane::new(Arc::clone(&world), identity, shown, log, commands.clone(), Arc::clone(&figures)));
    let doors = listeners.serve(Arc::clone(&plane) as Arc<dyn api::ControlPlane>, &figures, doors_stop.clone());
    watcher::start(world.reconciler.state().root(), commands.clone());
    for backend in keeper::BACKENDS {
        attend::start(Arc::clone(&world), backend, teller.clone(), commands.clone(), needed.clone());
    }
    let guard = shutdown::start(commands.clone());
    let notifier = Notifier::start(Arc::clone(&plane), commands.clone());
    let signals = tokio::spawn(signals.obey(stop.clone(), commands));
    keeper.run(notices, orders, stop).await;
    notifier.stopping();
    signals.abort();
    drop(guard);
    doors_stop.cancel();
    if tokio::time::timeout(CLOSING, doors).await.is_err() {
        tracing::debug!("connections were still open");
    }
    scribe.end().await;
    Ok(())
}
