//! What a reconciler is told once, and what an apply is told each time.

use std::{fmt, io, path::PathBuf, sync::Arc, time::Duration};

use jiff::Timestamp;
use model::Backend;
use plan::StepId;
use tokio_util::sync::CancellationToken;

use crate::{lane::Lane, lock::Holder};

/// What holds for every run of a reconciler.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How many steps each backend is given at a time.
    pub lanes: Lanes,
    /// Journals of ended runs that are kept.
    pub journals_kept: usize,
    /// Generations that are kept.
    pub generations_kept: usize,
    /// Tells the time.
    pub clock: Clock,
    /// Is called at every boundary of a run; tests kill the process there.
    pub checkpoint: Option<Watch>,
}

/// How many steps each backend is given at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lanes {
    /// libvirt.
    pub libvirt: usize,
    /// The container engine.
    pub docker: usize,
    /// The host's file system.
    pub host: usize,
    /// Steps that mostly wait for a guest or for each other, on any backend.
    pub waiting: usize,
}

/// What one apply is told.
#[derive(Clone, Debug, Default)]
pub struct ApplyOptions {
    /// At most so many steps at a time on each backend; the lanes of the settings where `None`.
    pub parallelism: Option<usize>,
    /// What it is for.
    pub purpose: Purpose,
    /// What is done when a step fails.
    pub on_failure: OnFailure,
    /// The file that the declaration was read from, for the generation.
    pub source: Option<PathBuf>,
    /// What the declaration was resolved from, for the generation.
    pub manifest: Option<Manifest>,
    /// The generation whose wishes are applied again, for the generation.
    pub rollback_to: Option<u64>,
    /// How long to wait for another process that is changing the host; not at all unless given.
    pub patience: Duration,
    /// Who asked for it, where that is another process.
    pub caller: Option<Holder>,
    /// Stops the run: nothing new is begun, what is in flight ends.
    pub cancel: CancellationToken,
}

/// What an apply is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Purpose {
    /// Somebody's word: it makes a generation, and what is stopped by it stays stopped.
    #[default]
    Word,
    /// The newest generation is held against drift: it makes none.
    Heal,
    /// The host goes down: what is stopped by it runs again when the host does.
    HostDown,
}

/// What a declaration was resolved from, as JSON; printed only where a generation is written.
#[derive(Clone)]
pub struct Manifest(Arc<dyn Fn() -> io::Result<Vec<u8>> + Send + Sync>);

/// What is done when a step fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnFailure {
    /// Its dependants are skipped, the rest goes on, and what was done stays.
    #[default]
    Keep,
    /// Likewise, and then the last generation that succeeded is applied again.
    RollBack,
}

impl OnFailure {
    /// What a switch named "roll back" means, as it is set.
    #[must_use]
    pub const fn rolling_back(is_set: bool) -> Self {
        if is_set { Self::RollBack } else { Self::Keep }
    }
}

/// Tells the time.
#[derive(Clone)]
pub struct Clock(pub Arc<dyn Fn() -> Timestamp + Send + Sync>);

/// Is called at every boundary of a run, on the thread that reached it.
#[derive(Clone)]
pub struct Watch(pub Arc<dyn Fn(Checkpoint) + Send + Sync>);

/// A boundary of a run: between two of these, what is on disk says the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Checkpoint {
    /// What an earlier, killed run had done is known to the state, and its journal is closed.
    Recovered,
    /// The new generation is written.
    GenerationWritten,
    /// The journal exists.
    JournalBegun,
    /// Steps are ready; what they will do is not written down yet.
    BeforeIntents,
    /// What they will do is written down.
    IntentsDurable,
    /// A step returned; what became of it is not written down yet.
    StepReturned(StepId),
    /// All outcomes are written down.
    OutcomesDurable,
    /// What the run touched was read again.
    Observed,
    /// What was learned is in the state.
    RowsSaved,
    /// The generation has its result.
    GenerationFinished,
    /// The journal has its end.
    Ended,
}

impl Lanes {
    /// The number of steps that are under way in a lane at a time.
    pub(crate) const fn width(self, lane: Lane) -> usize {
        match lane {
            Lane::Work(Backend::Libvirt) => self.libvirt,
            Lane::Work(Backend::Docker) => self.docker,
            Lane::Work(Backend::Host) => self.host,
            Lane::Wait => self.waiting,
        }
    }

    /// These lanes, none wider than `width`.
    pub(crate) fn at_most(self, width: Option<usize>) -> Self {
        let narrow = |lane: usize| width.map_or(lane, |width| lane.min(width)).max(1);
        let Self { libvirt, docker, host, waiting } = self;
        Self { libvirt: narrow(libvirt), docker: narrow(docker), host: narrow(host), waiting: narrow(waiting) }
    }
}

impl Default for Lanes {
    /// libvirt serves 5 requests a connection and the driver holds several; 8 is where defining stops to gain.
    fn default() -> Self {
        Self { libvirt: 8, docker: 8, host: 4, waiting: 64 }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lanes: Lanes::default(),
            journals_kept: 50,
            generations_kept: 50,
            clock: Clock(Arc::new(Timestamp::now)),
            checkpoint: None,
        }
    }
}

impl Settings {
    pub(crate) fn now(&self) -> Timestamp {
        (self.clock.0)()
    }

    pub(crate) fn reached(&self, checkpoint: Checkpoint) {
        if let Some(Watch(watch)) = &self.checkpoint {
            watch(checkpoint);
        }
    }
}

impl Manifest {
    /// Makes one that `print` prints.
    pub fn new(print: impl Fn() -> io::Result<Vec<u8>> + Send + Sync + 'static) -> Self {
        Self(Arc::new(print))
    }

    pub(crate) fn print(&self) -> io::Result<Vec<u8>> {
        (self.0)()
    }
}

impl fmt::Debug for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Manifest")
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

impl fmt::Debug for Watch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}
