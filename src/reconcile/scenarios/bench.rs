//! A host, a state directory, a clock.

use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use driver::{CallCount, fake::FakeHost};
use jiff::Timestamp;
use model::{Desired, OwnerId};
use plan::{Destroy, PlanOptions, Prune};
use tempfile::TempDir;

use super::build::House;
use crate::{ApplyOptions, Clock, Planned, PlanningError, Reconciler, Report, RunResult, Settings, StateDir};

/// A directory that is gone with its value; in memory where the system has such a place, for nothing here is about
/// what a disk does with a sync.
pub(super) fn directory() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a directory")
}

pub(super) struct Bench {
    pub(super) root: TempDir,
    pub(super) host: FakeHost,
    seconds: Arc<AtomicI64>,
}

impl Bench {
    pub(super) fn new() -> Self {
        let host = FakeHost::new();
        host.edit(|world| {
            world.facts.arch = "x86_64".into();
            world.facts.machines.insert("x86_64/q35".into(), "pc-q35-7.2".into());
            world.facts.machines.insert("x86_64/pc".into(), "pc-i440fx-7.2".into());
        });
        let root = directory();
        Self { root, host, seconds: Arc::new(AtomicI64::new(1_700_000_000)) }
    }

    /// A process of its own, as it were: nothing but host and directory are shared with the one before.
    pub(super) fn reconciler(&self) -> Reconciler {
        let seconds = Arc::clone(&self.seconds);
        // Every look at the clock is a moment later, so that runs have names of their own.
        let now =
            move || Timestamp::from_second(seconds.fetch_add(1, Ordering::Relaxed)).expect("far from the end of time");
        let settings = Settings { clock: Clock(Arc::new(now)), ..Settings::default() };
        Reconciler::new(self.host.backends(), self.state(), settings)
    }

    pub(super) fn state(&self) -> StateDir {
        StateDir::open(self.root.path()).expect("a state directory")
    }

    pub(super) fn path(&self) -> &Path {
        self.root.path()
    }

    pub(super) fn owner(&self) -> OwnerId {
        self.state().owner()
    }

    pub(super) fn furnished(&self) -> House {
        House::furnished(self.owner())
    }

    pub(super) fn house(&self) -> House {
        House::of(self.owner())
    }

    pub(super) fn later(&self, seconds: i64) {
        self.seconds.fetch_add(seconds, Ordering::Relaxed);
    }

    pub(super) async fn plan(&self, desired: &Desired) -> Result<Planned, PlanningError> {
        self.reconciler().plan(desired, &PlanOptions::default()).await
    }

    pub(super) async fn apply(&self, desired: &Desired) -> Report {
        self.apply_with(desired, &PlanOptions::default(), &ApplyOptions::default()).await
    }

    /// Removes what is not declared at once, with its data where that was declared, however much it is.
    pub(super) async fn apply_and_prune(&self, desired: &Desired) -> Report {
        self.apply_with(desired, &self.pruning(desired).await, &ApplyOptions::default()).await
    }

    pub(super) async fn pruning(&self, desired: &Desired) -> PlanOptions {
        let options = PlanOptions { prune: Prune::Now, destroy: Destroy::Allow, ..PlanOptions::default() };
        match self.reconciler().plan(desired, &options).await {
            Err(PlanningError::Refused(refusal)) => {
                let allow_prune = refusal.errors.iter().find_map(|error| match error {
                    plan::PlanError::TooManyPruned { hash, .. } | plan::PlanError::EmptyDeclaration { hash, .. } => {
                        Some(hash.clone())
                    }
                    _ => None,
                });
                PlanOptions { allow_prune, ..options }
            }
            _ => options,
        }
    }

    pub(super) async fn apply_with(&self, desired: &Desired, plan: &PlanOptions, apply: &ApplyOptions) -> Report {
        let reconciler = self.reconciler();
        let planned = match reconciler.plan(desired, plan).await {
            Ok(planned) => planned,
            Err(error) => panic!("no plan: {error}"),
        };
        match reconciler.apply(&planned, desired, apply, None).await {
            Ok(report) => report,
            Err(error) => panic!("not applied: {error}"),
        }
    }

    /// Applies and expects it to work, and nothing to be left to do.
    pub(super) async fn settle(&self, desired: &Desired) {
        let report = self.apply(desired).await;
        assert!(report.is_success(), "{report}");
        self.expect_settled(desired).await;
    }

    /// Expects nothing to be left to do, and nothing to be written by doing it.
    pub(super) async fn expect_settled(&self, desired: &Desired) {
        let writes = self.host.calls().writes;
        let before = self.state_files();
        let planned = self.plan(desired).await.unwrap_or_else(|error| panic!("no plan: {error}"));
        let left: Vec<_> =
            planned.plan.changes.iter().map(|change| (change.verb, &change.address, &change.fields)).collect();
        assert!(planned.plan.is_empty(), "left to do: {left:#?}");
        let report = self.apply(desired).await;
        assert_eq!(report.result, RunResult::Nothing, "{report}");
        assert_eq!(self.host.calls().writes, writes, "an empty plan writes nothing");
        let after = self.state_files();
        let written: Vec<_> = after.iter().filter(|file| !before.contains(file)).map(|(path, _)| path).collect();
        assert!(written.is_empty(), "nor to the state: {written:?}");
    }

    pub(super) fn calls(&self) -> CallCount {
        self.host.calls()
    }

    /// What was done to the host since `from` lines of its log.
    pub(super) fn log_since(&self, from: usize) -> Vec<String> {
        self.host.world().log.split_off(from)
    }

    pub(super) fn log_length(&self) -> usize {
        self.host.world().log.len()
    }

    /// Every file of the state with its contents, save the lock.
    fn state_files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        let mut open = vec![self.root.path().to_owned()];
        while let Some(directory) = open.pop() {
            for entry in std::fs::read_dir(directory).expect("readable") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    open.push(path);
                } else if !path.ends_with("lock") {
                    files.push((path.display().to_string(), std::fs::read(&path).expect("readable")));
                }
            }
        }
        files.sort();
        files
    }
}
