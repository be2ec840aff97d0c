//! The one task that owns what the daemon knows: it hears notices and commands, has backends read, compares what is
//! there with what is declared, and has put right what policy says.
//!
//! ```text
//!   notice ─► tracked: dirty ──40 ms──► read (task) ─► observed ─► judged ─┬─► shown, told, counted
//!   command ────────────────────────────────────────────▲                 └─► heal (task), when it is due
//! ```
//!
//! Nothing here waits for a backend: reading and changing are tasks whose word comes back as an event.

mod apply;
mod command;
mod heal;
mod judge;
mod known;
mod read;
mod show;
mod tell;
mod tracked;
mod units;
mod work;

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use api::view::{BackendState, Drift, Health, Phase, Snapshot, UnitChange};
use driver::{Notice, Notices};
use jiff::Timestamp;
use model::{Address, Backend, Observed};
use reconcile::drift::{Deviation, Healer};
use tokio::{
    sync::{broadcast, mpsc, oneshot, watch},
    task::JoinSet,
    time::Instant,
};
use tokio_util::sync::CancellationToken;

pub(super) use command::{Asked, Command, Need};
use known::Known;
use read::Reading;
use tracked::Tracked;
pub(super) use work::Kind as WorkKind;
use work::{Ended, Kind};

use super::{Settings, figures::Figures, scribe::Pen};
use crate::world::World;

/// Changes of units that a slow reader may be behind.
const CHANGES: usize = 4096;
/// Reconciliations that may wait for their turn.
const QUEUE: usize = 8;
/// How often it is looked again whether another process still changes the host.
const LOCKED_PAUSE: Duration = Duration::from_millis(250);
/// The backends that are listened to.
pub(super) const BACKENDS: [Backend; 2] = [Backend::Libvirt, Backend::Docker];
/// A wait that is as good as none.
const LONG: Duration = Duration::from_secs(3600);

/// The task.
pub(super) struct Keeper {
    world: Arc<World>,
    settings: Settings,
    pen: Pen,
    figures: Arc<Figures>,
    tracked: BTreeMap<Backend, Tracked>,
    observed: Observed,
    health: BTreeMap<Address, Health>,
    known: Known,
    deviations: Vec<Deviation>,
    drift: BTreeMap<Address, Drift>,
    healer: Healer,
    reads: JoinSet<Reading>,
    works: JoinSet<Ended>,
    working: Option<(Kind, CancellationToken)>,
    queue: VecDeque<(Asked, bool)>,
    /// The manifest could not be applied for want of a backend, and is when that comes.
    manifest_waits: bool,
    judge_at: Option<Instant>,
    /// The state directory says more than is known here.
    is_outdated: bool,
    /// Something large was read or carried out since memory was last given back.
    leaves_memory: bool,
    resync_at: Instant,
    host_waiters: Vec<oneshot::Sender<()>>,
    host_stop_begun: bool,
    shown: watch::Sender<Arc<Snapshot>>,
    phase: watch::Sender<Phase>,
    needed: watch::Sender<BTreeSet<Backend>>,
    changes: broadcast::Sender<UnitChange>,
}

/// What others may see of the keeper.
#[derive(Clone, Debug)]
pub(super) struct Shown {
    /// What is known.
    pub(super) snapshot: watch::Receiver<Arc<Snapshot>>,
    /// What it is at.
    pub(super) phase: watch::Receiver<Phase>,
    /// Changes of units.
    pub(super) changes: broadcast::Sender<UnitChange>,
    /// The backends on which anything is declared or was applied.
    pub(super) needed: watch::Receiver<BTreeSet<Backend>>,
}

impl Keeper {
    /// Makes the keeper; nothing is read yet.
    pub(super) fn new(world: Arc<World>, settings: Settings, pen: Pen, figures: Arc<Figures>) -> (Self, Shown) {
        let (shown, snapshot) = watch::channel(Arc::new(Snapshot::default()));
        let (phase, phases) = watch::channel(Phase::Starting);
        let (changes, _) = broadcast::channel(CHANGES);
        let (needed, needs) = watch::channel(BTreeSet::new());
        let up = BackendState::Up { since: Timestamp::now() };
        let tracked = BTreeMap::from([
            (Backend::Libvirt, Tracked::new(BackendState::Connecting)),
            (Backend::Docker, Tracked::new(BackendState::Connecting)),
            (Backend::Host, Tracked::new(up)),
        ]);
        let resync_at = Instant::now() + settings.resync;
        let keeper = Self {
            world,
            settings,
            pen,
            figures,
            tracked,
            observed: Observed::default(),
            health: BTreeMap::new(),
            known: Known::default(),
            deviations: Vec::new(),
            drift: BTreeMap::new(),
            healer: Healer::default(),
            reads: JoinSet::new(),
            works: JoinSet::new(),
            working: None,
            queue: VecDeque::new(),
            manifest_waits: false,
            judge_at: None,
            is_outdated: false,
            leaves_memory: true,
            resync_at,
            host_waiters: Vec::new(),
            host_stop_begun: false,
            shown,
            phase,
            needed,
            changes: changes.clone(),
        };
        (keeper, Shown { snapshot, phase: phases, changes, needed: needs })
    }

    /// Keeps, until it is told to end and the steps in flight have ended.
    pub(super) async fn run(
        mut self,
        mut notices: Notices,
        mut commands: mpsc::Receiver<Command>,
        stop: CancellationToken,
    ) {
        self.begin().await;
        while !(stop.is_cancelled() && self.working.is_none()) {
            self.begin_what_is_due().await;
            let (is_ending, wakes_at) = (self.is_ending(), self.wakes_at());
            tokio::select! {
                biased;
                () = stop.cancelled(), if !is_ending => self.end(),
                Some(ended) = self.works.join_next() => self.worked(ended).await,
                Some(command) = commands.recv() => self.obey(command).await,
                Some(reading) = self.reads.join_next() => self.learn(reading),
                Some(notice) = notices.next() => self.hear(notice),
                () = tokio::time::sleep_until(wakes_at) => {}
            }
        }
    }

    async fn begin(&mut self) {
        self.load().await;
        self.mark_everything();
        self.ask_for_manifest();
    }

    /// What an answer, a notice or the clock has made due.
    async fn begin_what_is_due(&mut self) {
        if Instant::now() >= self.resync_at {
            self.mark_everything();
        }
        self.begin_reads();
        if self.judge_at.is_some_and(|at| at <= Instant::now()) {
            self.judge();
        }
        if std::mem::take(&mut self.is_outdated) {
            self.load().await;
        }
        self.begin_work();
    }

    fn hear(&mut self, notice: Notice) {
        match notice {
            Notice::Attached(backend) => {
                if let Some(tracked) = self.tracked.get_mut(&backend) {
                    tracked.attach(Timestamp::now(), Instant::now());
                }
                tracing::info!(%backend, "a backend answers; everything of it is read");
                self.learn_of_host(backend);
                self.show();
                if std::mem::take(&mut self.manifest_waits) {
                    self.ask_for_manifest();
                }
            }
            Notice::Changed(address) => self.mark(address),
        }
    }

    /// A backend that was started anew may know other things of the host.
    fn learn_of_host(&mut self, backend: Backend) {
        let world = Arc::clone(&self.world);
        tokio::spawn(async move { world.reconciler.forget_host_facts(backend).await });
        if let Some(host) = self.tracked.get_mut(&Backend::Host) {
            host.mark_everything(Instant::now());
        }
    }

    async fn obey(&mut self, command: Command) {
        match command {
            Command::Lost { backend, reason, need } => {
                self.lose(backend, reason);
                let needed = if self.known.needs(backend) { Need::Needed } else { Need::Idle };
                if need.send(needed).is_err() {
                    tracing::debug!(%backend, "nobody waits for the answer");
                }
            }
            Command::RunEnded => self.load().await,
            Command::Reload => {
                self.healer.forget();
                self.load().await;
                self.mark_everything();
                if !self.ask_for_manifest() {
                    super::notify::ready();
                }
            }
            Command::Reconcile(asked) => self.enqueue(asked),
            Command::HostStops { done } => self.stop_host(done),
            Command::HostStays => {
                self.set_phase(Phase::Ready);
                self.mark_everything();
            }
            Command::AreYouThere { answer } => {
                if answer.send(()).is_err() {
                    tracing::debug!("whoever asked has gone");
                }
            }
        }
    }

    fn lose(&mut self, backend: Backend, reason: String) {
        if let Some(tracked) = self.tracked.get_mut(&backend) {
            tracked.lose(reason.clone(), Timestamp::now());
        }
        self.observed.unreachable.insert(backend, reason);
        self.judge_soon();
        self.show();
    }

    /// Reads the state directory again, and has read anew what is seen otherwise by it.
    async fn load(&mut self) {
        let (world, before) = (Arc::clone(&self.world), self.known.clone());
        let loaded = tokio::task::spawn_blocking(move || Known::load(world.reconciler.state(), &before)).await;
        match loaded {
            Ok(Ok(known)) => {
                let stale = known.stale_since(&self.known);
                self.known = known;
                let needed: BTreeSet<_> = BACKENDS.into_iter().filter(|backend| self.known.needs(*backend)).collect();
                self.needed.send_if_modified(|before| std::mem::replace(before, needed.clone()) != needed);
                self.leaves_memory |= stale == known::Stale::Everything;
                match stale {
                    known::Stale::Everything => self.mark_everything(),
                    known::Stale::These(these) => these.into_iter().for_each(|address| self.mark(address)),
                }
                self.judge_soon();
            }
            Ok(Err(error)) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the state cannot be read");
                self.judge_at = Some(Instant::now() + LOCKED_PAUSE);
            }
            Err(error) => tracing::error!(%error, "the state cannot be read"),
        }
    }

    fn mark(&mut self, address: Address) {
        if let Some(tracked) = self.tracked.get_mut(&address.kind.backend()) {
            tracked.mark(address, Instant::now());
        }
    }

    fn mark_everything(&mut self) {
        let now = Instant::now();
        self.tracked.values_mut().for_each(|tracked| tracked.mark_everything(now));
        self.resync_at = now + self.settings.resync;
    }

    fn judge_soon(&mut self) {
        self.judge_at.get_or_insert_with(Instant::now);
    }

    /// Whether everything that is needed was read, or is known not to answer.
    fn is_settled(&self) -> bool {
        let matters = |backend: &Backend| *backend == Backend::Host || self.known.needs(*backend);
        self.tracked.iter().filter(|(backend, _)| matters(backend)).all(|(_, tracked)| tracked.is_settled())
    }

    fn wakes_at(&self) -> Instant {
        let now = Instant::now();
        let reads = self.tracked.values().filter_map(Tracked::due);
        let heal = self.next_heal().map(|wait| now + wait);
        let all = reads.chain(self.judge_at).chain(heal).chain([self.resync_at]);
        all.min().unwrap_or(now + LONG)
    }

    fn phase(&self) -> Phase {
        *self.phase.borrow()
    }

    fn set_phase(&mut self, phase: Phase) {
        if self.phase.send_replace(phase) != phase {
            tracing::info!(?phase, "the daemon's phase");
        }
    }

    fn is_ending(&self) -> bool {
        self.phase() == Phase::Stopping
    }

    /// Nothing new is begun; what is in flight ends.
    fn end(&mut self) {
        self.set_phase(Phase::Stopping);
        if let Some((_, cancel)) = &self.working {
            cancel.cancel();
        }
    }
}

/// Addresses as a list of words.
fn listed(addresses: &BTreeSet<Address>) -> String {
    addresses.iter().map(Address::to_string).collect::<Vec<_>>().join(", ")
}
