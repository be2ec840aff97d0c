//! Figures for Prometheus.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use api::{
    ApiMetrics,
    view::{BackendState, Snapshot, State},
};
use driver::CallCount;
use model::Backend;
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
        info::Info,
    },
    registry::{Registry, Unit},
};
use reconcile::{Report, RunResult};

use super::keeper::WorkKind;

/// Figures for Prometheus.
#[derive(Debug)]
pub(super) struct Figures {
    // Guards the registry alone: it is written while the daemon begins, and read at each scrape.
    registry: Mutex<Registry>,
    units: Family<StateLabel, Gauge>,
    drift: Gauge,
    generation: Gauge,
    up: Family<BackendLabel, Gauge>,
    reads: Family<ReadLabel, Counter>,
    read_time: Family<BackendLabel, Histogram>,
    calls: Family<CallLabel, Counter<u64, AtomicU64>>,
    runs: Family<RunLabel, Counter>,
    run_time: Family<KindLabel, Histogram>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct StateLabel {
    state: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct BackendLabel {
    backend: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ReadLabel {
    backend: String,
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CallLabel {
    backend: String,
    kind: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RunLabel {
    kind: &'static str,
    result: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct KindLabel {
    kind: &'static str,
}

impl Figures {
    /// Makes them for this version of the program.
    pub(super) fn new(version: &'static str) -> Self {
        let figures = Self {
            registry: Mutex::default(),
            units: Family::default(),
            drift: Gauge::default(),
            generation: Gauge::default(),
            up: Family::default(),
            reads: Family::default(),
            read_time: Family::new_with_constructor(|| Histogram::new(exponential_buckets(0.001, 4.0, 8))),
            calls: Family::default(),
            runs: Family::default(),
            run_time: Family::new_with_constructor(|| Histogram::new(exponential_buckets(0.01, 4.0, 9))),
        };
        figures.register(version);
        figures
    }

    fn register(&self, version: &'static str) {
        let mut registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        registry.register("hypernix_build", "The program", Info::new(vec![("version", version)]));
        registry.register("hypernix_units", "Units by state", self.units.clone());
        registry.register("hypernix_drift", "Objects that are not as they are declared", self.drift.clone());
        registry.register("hypernix_generation", "The generation that is held", self.generation.clone());
        registry.register("hypernix_backend_up", "Whether a backend answers", self.up.clone());
        registry.register("hypernix_backend_reads", "Readings of a backend", self.reads.clone());
        let help = "Time to read a backend";
        registry.register_with_unit("hypernix_backend_read_duration", help, Unit::Seconds, self.read_time.clone());
        registry.register("hypernix_backend_calls", "Calls to a backend", self.calls.clone());
        registry.register("hypernix_reconcile", "Runs that changed the host, or were to", self.runs.clone());
        let help = "Time that a run took";
        registry.register_with_unit("hypernix_reconcile_duration", help, Unit::Seconds, self.run_time.clone());
    }

    /// The API's own figures, registered with these.
    pub(super) fn of_api(&self) -> ApiMetrics {
        ApiMetrics::new(&mut self.registry.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes over what is shown.
    pub(super) fn show(&self, snapshot: &Snapshot) {
        let count = snapshot.count();
        for state in State::ALL {
            let number = count.get(&state).copied().unwrap_or(0);
            self.units.get_or_create(&StateLabel { state: state.as_str() }).set(gauge(number));
        }
        self.drift.set(gauge(snapshot.drift.len()));
        self.generation.set(snapshot.generation.and_then(|number| i64::try_from(number).ok()).unwrap_or(0));
        for (backend, state) in &snapshot.backends {
            let is_up = matches!(state, BackendState::Up { .. });
            self.up.get_or_create(&BackendLabel { backend: backend.to_string() }).set(i64::from(is_up));
        }
    }

    /// Counts a reading.
    pub(super) fn read(&self, backend: Backend, took: Duration, succeeded: bool) {
        let result = if succeeded { "succeeded" } else { "failed" };
        self.reads.get_or_create(&ReadLabel { backend: backend.to_string(), result }).inc();
        self.read_time.get_or_create(&BackendLabel { backend: backend.to_string() }).observe(took.as_secs_f64());
    }

    /// Counts a run.
    pub(super) fn worked(&self, kind: &WorkKind, outcome: &Result<Report, String>, took: Duration) {
        let kind = match kind {
            WorkKind::Heal(_) => "heal",
            WorkKind::Reconcile => "apply",
            WorkKind::HostStop => "host-stop",
        };
        let result = match outcome.as_ref().map(|report| report.result) {
            Ok(RunResult::Nothing) => "nothing",
            Ok(RunResult::Succeeded) => "succeeded",
            Ok(RunResult::NotConverged) => "not-converged",
            Ok(RunResult::Failed) => "failed",
            Ok(RunResult::Cancelled) => "cancelled",
            Err(_) => "refused",
        };
        self.runs.get_or_create(&RunLabel { kind, result }).inc();
        self.run_time.get_or_create(&KindLabel { kind }).observe(took.as_secs_f64());
    }

    /// All of them, in Prometheus' text format.
    pub(super) fn text(&self, calls: &BTreeMap<Backend, CallCount>) -> String {
        for (backend, count) in calls {
            for (kind, number) in [("read", count.reads), ("write", count.writes)] {
                let label = CallLabel { backend: backend.to_string(), kind };
                self.calls.get_or_create(&label).inner().store(number, Ordering::Relaxed);
            }
        }
        let mut text = String::new();
        let registry = self.registry.lock().unwrap_or_else(PoisonError::into_inner);
        if encode(&mut text, &registry).is_err() {
            tracing::error!("the figures could not be written");
        }
        text
    }
}

fn gauge(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
