//! The host as commands work with it: the state directory, a driver for each backend, and the reconciler.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use driver::{
    Backends, Driver, ObserveRequest, OnProgress,
    docker::{ContainerStatus, Docker},
    host::Host,
    libvirt::{LibvirtDriver, LibvirtSettings},
};
use futures::StreamExt;
use model::{Address, Applied, Desired, Kind, Observed, ObservedResource, Ownership};
use plan::PlanOptions;
use reconcile::{Planned, PlanningError, Reconciler, Recovered, Settings, StateDir};
use tokio::sync::watch;

use crate::{
    export,
    failure::{
        Failure, Trouble,
        refusal::{self, Memory},
    },
    inventory::UnitRow,
    live,
    output::Output,
    progress::{Fetch, Fetches},
    session::Session,
};

/// Domains that are asked at once for what they show.
const AT_ONCE: usize = 8;

/// The host as commands work with it.
pub struct World {
    /// The drivers together with the state directory.
    pub reconciler: Reconciler,
    /// libvirt.
    pub libvirt: Arc<LibvirtDriver>,
    /// The container engine.
    pub docker: Arc<Docker>,
    /// The host's own files, and what runs on it.
    pub host: Arc<Host>,
    /// How far fetches are.
    pub fetches: Fetches,
}

/// What is there, and what was last applied.
#[derive(Debug)]
pub struct Sighted {
    /// What is there.
    pub observed: Observed,
    /// What was last applied.
    pub applied: Applied,
}

impl World {
    /// Opens the state directory, making it where it does not exist. Backends are connected to when they are needed.
    ///
    /// # Errors
    /// When the state directory cannot be opened.
    pub fn open(session: &Session) -> Result<Self, Failure> {
        let global = &session.global;
        let state = StateDir::open(&global.state_dir).map_err(|source| Trouble::State { source })?;
        let libvirt = Arc::new(LibvirtDriver::new(LibvirtSettings::new(&global.connect, state.root())));
        let (told, fetches) = watch::channel(None);
        let progress: OnProgress = Arc::new(move |address, done, total| {
            told.send_replace(Some(Fetch { address: address.clone(), done, total }));
        });
        let docker = Arc::new(Docker::new(global.docker_host.clone()).with_progress(Arc::clone(&progress)));
        let host = Arc::new(Host::new(state.root().to_owned()).with_progress(progress));
        let all = Backends {
            libvirt: Arc::clone(&libvirt) as Arc<dyn Driver>,
            docker: Arc::clone(&docker) as Arc<dyn Driver>,
            host: Arc::clone(&host) as Arc<dyn Driver>,
        };
        Ok(Self { reconciler: Reconciler::new(all, state, settings()), libvirt, docker, host, fetches })
    }

    /// Everything that is there, parsed. Backends that cannot be read are left out.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub async fn look(&self) -> Result<Sighted, Failure> {
        let (observed, applied) = self.reconciler.look().await.map_err(|source| Trouble::Plan { source })?;
        Ok(Sighted { observed, applied })
    }

    /// Reads the volumes that these objects name and that were not looked at: of pools that are not ours, nobody asks
    /// for them.
    ///
    /// # Errors
    /// When libvirt does not answer.
    pub async fn volumes_of(
        &self,
        objects: &BTreeMap<Address, ObservedResource>,
        applied: &Applied,
    ) -> Result<BTreeMap<Address, ObservedResource>, Failure> {
        let named = objects.iter().flat_map(export::with_uses);
        let unread: BTreeSet<Address> =
            named.filter(|address| address.kind == Kind::Volume && !objects.contains_key(address)).collect();
        if unread.is_empty() {
            return Ok(BTreeMap::new());
        }
        let request =
            ObserveRequest { owner: self.reconciler.owner(), applied, wanted: &BTreeMap::new(), only: Some(&unread) };
        let read = self.libvirt.observe(&request).await.map_err(|error| {
            let message = format!("the volumes of these guests cannot be read: {error}");
            Trouble::Request { message, help: "see that libvirt answers, as `virsh pool-list` does".to_owned() }
        })?;
        Ok(read.resources.into_iter().filter(|(address, _)| unread.contains(address)).collect())
    }

    /// Plans for what is wanted.
    ///
    /// # Errors
    /// When a backend cannot be read or the plan is refused; every reason is shown with its place.
    pub async fn plan(&self, desired: &Desired, options: &PlanOptions) -> Result<Planned, Failure> {
        self.reconciler.plan(desired, options).await.map_err(|error| self.refused(error, desired))
    }

    /// Why there is no plan for `desired`.
    pub fn refused(&self, error: PlanningError, desired: &Desired) -> Failure {
        refusal::failure(error, desired, self.memory())
    }

    /// Every resource that `desired` declares or that was applied here.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub fn known(&self, desired: &Desired) -> Result<BTreeSet<Address>, Failure> {
        let loaded = self.reconciler.state().rows().load().map_err(|source| Trouble::State { source })?;
        Ok(desired.resources.keys().cloned().chain(loaded.applied.rows.into_keys()).collect())
    }

    /// Whether the state remembers nothing though something was applied. One that cannot be read has said so.
    fn memory(&self) -> Memory {
        let state = self.reconciler.state();
        let is_empty = state.rows().load().is_ok_and(|loaded| loaded.applied.rows.is_empty());
        let has_history = state.generations().newest().is_ok_and(|newest| newest.is_some());
        if is_empty && has_history { Memory::Lost } else { Memory::Kept }
    }

    /// Puts right what a killed run left half-made, where there was one, and says so.
    ///
    /// # Errors
    /// When another run is under way, or a backend refuses.
    pub async fn recover(&self, output: &Output) -> Result<(), Failure> {
        self.recover_within(Duration::ZERO, output).await
    }

    /// The same, waiting for another run for `patience` at most.
    ///
    /// # Errors
    /// Like [`World::recover`].
    pub async fn recover_within(&self, patience: Duration, output: &Output) -> Result<(), Failure> {
        let recovered = self.reconciler.recover(patience).await.map_err(Trouble::of_recover)?;
        if let Some(Recovered { run, in_flight, swept }) = recovered {
            let names: Vec<String> = in_flight.iter().map(ToString::to_string).collect();
            let at = if names.is_empty() { "between two steps".to_owned() } else { format!("at {}", names.join(", ")) };
            output.remark(&format!("run {run} was killed {at}; what it left is taken into account"));
            swept.iter().for_each(|what| output.remark(&format!("put right: {what}")));
        }
        Ok(())
    }

    /// What the newest generation wanted, where there is one.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn current_wishes(&self) -> Result<Option<Desired>, Failure> {
        let failed = |source| Trouble::Generation { source };
        let generations = self.reconciler.state().generations();
        let Some(newest) = generations.newest().map_err(failed)? else { return Ok(None) };
        Ok(Some(generations.desired(newest.number).map_err(failed)?))
    }

    /// The file that the newest generation which had one was read from.
    ///
    /// # Errors
    /// When there is none.
    pub fn current_file(&self) -> Result<PathBuf, Failure> {
        let generations = self.reconciler.state().generations();
        let all = generations.list().map_err(|source| Trouble::Generation { source })?;
        all.into_iter().rev().find_map(|generation| generation.source).ok_or_else(|| {
            let message = "nothing has been applied here yet, so there is no file to explain".to_owned();
            Trouble::Request { message, help: "name one with --file".to_owned() }.into()
        })
    }

    /// Adds to the rows what the running units show.
    pub async fn see(&self, rows: &mut [UnitRow]) {
        let mut containers = self.containers(rows).await;
        let (domains, others): (Vec<_>, Vec<_>) =
            rows.iter_mut().filter(|row| row.is_up()).partition(|row| row.address.kind == Kind::Domain);
        for row in others {
            row.see(containers.remove(&row.name).map(live::container::sight).unwrap_or_default());
        }
        let looks = domains.into_iter().map(|row| async {
            let sight = live::domain::sight(&self.libvirt, &row.name).await;
            row.see(sight);
        });
        futures::stream::iter(looks).for_each_concurrent(AT_ONCE, |look| look).await;
    }

    async fn containers(&self, rows: &[UnitRow]) -> BTreeMap<String, ContainerStatus> {
        if !rows.iter().any(|row| row.address.kind == Kind::Container && row.is_up()) {
            return BTreeMap::new();
        }
        match self.docker.statuses().await {
            Ok(statuses) => statuses.into_iter().map(|status| (status.name.clone(), status)).collect(),
            Err(error) => {
                tracing::warn!(%error, "addresses and ports of containers are not known");
                BTreeMap::new()
            }
        }
    }
}

/// What holds for every run.
fn settings() -> Settings {
    #[cfg(debug_assertions)]
    let checkpoint = crate::killed::watch();
    #[cfg(not(debug_assertions))]
    let checkpoint = None;
    Settings { checkpoint, ..Settings::default() }
}

impl Sighted {
    /// The addresses of what is ours.
    pub fn managed(&self) -> impl Iterator<Item = &Address> {
        let ours =
            self.observed.resources.iter().filter(|(_, found)| matches!(found.ownership, Ownership::Ours { .. }));
        ours.map(|(address, _)| address)
    }

    /// The units among `named` that were protected when they were applied.
    pub fn protected_units(&self, named: &BTreeSet<Address>) -> BTreeSet<Address> {
        let by_row = |address: &Address| self.applied.rows.get(address).is_some_and(|row| row.policy.protect);
        let by_mark = |address: &Address| {
            let found = self.observed.resources.get(address).map(|found| &found.ownership);
            matches!(found, Some(Ownership::Ours { protect: true, .. }))
        };
        let units = named.iter().filter(|address| address.kind.is_unit());
        units.filter(|unit| by_row(unit) || by_mark(unit)).cloned().collect()
    }
}
