//! What the daemon knows, in the form in which it is shown.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use jiff::Timestamp;
use model::{Address, Backend, Bytes, DriftPolicy, FieldPath, SourcePos};
use plan::Verb;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_with::skip_serializing_none;

/// Everything that is known at one moment.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    /// The units, by name.
    pub units: BTreeMap<String, Arc<Unit>>,
    /// What differs from the declaration, units or not.
    pub drift: BTreeMap<Address, Drift>,
    /// The generation that is held.
    pub generation: Option<u64>,
    /// The backends that are needed or were reached.
    pub backends: BTreeMap<Backend, BackendState>,
}

/// A unit: a virtual machine or a container that is ours.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// Its name, unique on this host; the API's id.
    pub name: String,
    /// Where it is.
    pub address: Address,
    /// Its UUID.
    pub uuid: String,
    /// What it was declared as; `None` for one whose declaration is gone.
    pub declared: Option<Arc<Declared>>,
    /// Its size.
    pub size: Size,
    /// Whether it runs.
    pub state: State,
    /// Whether it works.
    pub health: Health,
    /// How it differs from its declaration.
    pub drift: Option<Drift>,
    /// When anything of this was last seen to change.
    pub changed: Timestamp,
}

/// What a unit was declared as, with nothing left to compose.
#[derive(Debug, PartialEq)]
pub struct Declared {
    /// Its settings.
    pub unit: config::unit::Unit,
    /// Every tag it has.
    pub tags: Vec<String>,
    /// Where it was declared.
    pub at: Option<SourcePos>,
}

/// How large a unit is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Hundredths of a CPU.
    pub shares: u64,
    /// Memory.
    pub memory: Bytes,
}

/// Whether a unit runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It is declared and not there yet.
    Pending,
    /// It is being made.
    Creating,
    /// Its engine starts it again and again.
    Starting,
    /// It runs.
    Running,
    /// It is suspended in memory.
    Paused,
    /// It is on its way down.
    Stopping,
    /// It is off.
    Stopped,
    /// It ended by a fault.
    Failed,
    /// Its backend does not answer.
    Unknown,
}

/// Whether a unit works.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// It runs as declared, and its check, where it has one, says that it works.
    Healthy,
    /// It runs, but not as declared.
    Degraded,
    /// It failed, or its check says that it does not work.
    Unhealthy,
    /// It does not run, or cannot be seen.
    Unknown,
}

/// How an object differs from its declaration, though nothing was declared anew.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Drift {
    /// What it would take to put it right.
    pub verb: Verb,
    /// The fields that differ.
    pub fields: Vec<FieldDrift>,
    /// Why, where the fields do not say it.
    pub why: Option<String>,
    /// Who wins.
    pub policy: DriftPolicy,
    /// Since when it is known.
    pub since: Timestamp,
    /// How often it was put right in vain.
    pub attempts: u32,
    /// When it is put right next; `None` where it is only reported.
    pub next_attempt: Option<Timestamp>,
    /// Why putting it right failed the last time.
    pub error: Option<String>,
}

/// A field that differs.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldDrift {
    /// Its path.
    pub path: FieldPath,
    /// What is there.
    pub found: Option<Value>,
    /// What is declared.
    pub declared: Option<Value>,
}

/// A change of a unit.
#[derive(Clone, Debug)]
pub struct UnitChange {
    /// Its name.
    pub name: String,
    /// As it was; `None` where it is new.
    pub before: Option<Arc<Unit>>,
    /// As it is; `None` where it is gone.
    pub after: Option<Arc<Unit>>,
}

/// Whether a backend answers.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase", tag = "state")]
pub enum BackendState {
    /// It is being connected to for the first time.
    Connecting,
    /// It answers, and tells of changes.
    Up {
        /// Since when.
        since: Timestamp,
    },
    /// It does not answer.
    Down {
        /// Since when.
        since: Timestamp,
        /// Why.
        reason: String,
    },
}

/// What a unit uses at the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// Of its CPUs, in percent, since the last look at it.
    pub cpu: f64,
    /// Of its memory, in percent.
    pub memory: f64,
    /// Of its disks, in percent.
    pub disk: f64,
    /// Bytes received since it was started.
    pub received: u64,
    /// Bytes sent since it was started.
    pub sent: u64,
}

/// The space that units' data may take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StorageTotals {
    /// Taken, by anything.
    pub used: Bytes,
    /// In all.
    pub total: Bytes,
}

/// What the daemon is at.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// The program's version.
    pub version: &'static str,
    /// What it is and holds.
    pub identity: Identity,
    /// Since when it runs.
    pub since: Timestamp,
    /// Seconds it has run.
    pub uptime_seconds: u64,
    /// What it is at.
    pub phase: Phase,
    /// In a line: what `systemctl status` shows.
    pub summary: String,
    /// The generation that is held.
    pub generation: Option<u64>,
    /// Units by state.
    pub units: BTreeMap<State, usize>,
    /// What differs from the declaration.
    pub drift: BTreeMap<Address, Drift>,
    /// The backends.
    pub backends: BTreeMap<Backend, BackendState>,
    /// Who changes the host at the moment.
    pub changing: Option<String>,
}

/// What tells a daemon from others: whoever hands a run over to it wants the very same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// The program's file, with when it was built.
    pub program: String,
    /// The directory of the state.
    pub state_directory: PathBuf,
    /// libvirt's connection URI.
    pub libvirt: String,
    /// The container engine's address; its local socket where absent.
    pub docker: Option<String>,
}

/// What the daemon is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// It has not read everything yet.
    Starting,
    /// It holds the host.
    Ready,
    /// It ends once the steps in flight have.
    Stopping,
    /// The host goes down: it stops the guests.
    HostStopping,
}

impl State {
    /// All of them, in the order in which they are counted.
    pub const ALL: [Self; 9] = [
        Self::Pending,
        Self::Creating,
        Self::Starting,
        Self::Running,
        Self::Paused,
        Self::Stopping,
        Self::Stopped,
        Self::Failed,
        Self::Unknown,
    ];

    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Creating => "creating",
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

impl Snapshot {
    /// Units by state.
    pub fn count(&self) -> BTreeMap<State, usize> {
        self.units.values().fold(BTreeMap::new(), |mut count, unit| {
            *count.entry(unit.state).or_default() += 1;
            count
        })
    }

    /// The unit that `id` means: its name, its UUID or its address.
    pub fn unit(&self, id: &str) -> Option<&Arc<Unit>> {
        self.units.get(id).or_else(|| {
            let is_meant = |unit: &&Arc<Unit>| unit.uuid == id || unit.address.to_string() == id;
            self.units.values().find(is_meant)
        })
    }

    /// Whether the host is as it should be: unhealthy where a backend that is needed is down, degraded where anything
    /// differs from its declaration or fails.
    pub fn health(&self) -> Health {
        let of_backends = self.backends.values().map(|backend| match backend {
            BackendState::Up { .. } => Health::Healthy,
            BackendState::Connecting => Health::Unknown,
            BackendState::Down { .. } => Health::Unhealthy,
        });
        let fails = self.units.values().any(|unit| unit.health == Health::Unhealthy);
        let of_units = if fails || !self.drift.is_empty() { Health::Degraded } else { Health::Healthy };
        let severity = |health: &Health| match health {
            Health::Healthy => 0,
            Health::Unknown => 1,
            Health::Degraded => 2,
            Health::Unhealthy => 3,
        };
        of_backends.chain([of_units]).max_by_key(severity).unwrap_or(Health::Unknown)
    }

    /// Everything in a line.
    pub fn summary(&self) -> String {
        let count = self.count();
        let states = State::ALL.iter().filter_map(|state| Some((state.as_str(), *count.get(state)?)));
        let states: Vec<_> = states.map(|(word, number)| format!("{number} {word}")).collect();
        let units = if states.is_empty() { "no units".to_owned() } else { format!("units: {}", states.join(", ")) };
        let drift = if self.drift.is_empty() { String::new() } else { format!("; {} drifted", self.drift.len()) };
        let down = self.backends.iter().filter(|(_, state)| matches!(state, BackendState::Down { .. }));
        let down: String = down.map(|(backend, _)| format!("; {backend} is down")).collect();
        format!("{units}{drift}{down}")
    }
}
