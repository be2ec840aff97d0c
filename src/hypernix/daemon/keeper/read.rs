//! Has backends read, and takes over what they showed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use api::view::Health;
use driver::{ObserveRequest, chain, docker};
use jiff::Timestamp;
use model::{Address, Backend, HostFacts, Kind, ObservedResource};
use tokio::{task::JoinError, time::Instant};

use super::{Keeper, known::Known, tracked::Dirty};
use crate::world::World;

/// What a backend showed.
#[derive(Debug)]
pub(super) struct Reading {
    backend: Backend,
    /// What was asked for; everything where `None`.
    only: Option<BTreeSet<Address>>,
    found: Result<Found, String>,
    took: Duration,
}

#[derive(Debug, Default)]
struct Found {
    resources: BTreeMap<Address, ObservedResource>,
    /// What the engine's own checks say; asked of Docker.
    health: Option<BTreeMap<Address, Health>>,
    /// What the backends know of the host; asked with the host's own files.
    facts: Option<HostFacts>,
}

impl Keeper {
    /// Begins the readings that are due: at most one a backend at a time.
    pub(super) fn begin_reads(&mut self) {
        let now = Instant::now();
        for (backend, tracked) in &mut self.tracked {
            if tracked.due().is_none_or(|due| due > now) {
                continue;
            }
            let only = match tracked.begin() {
                Dirty::Nothing => continue,
                Dirty::These(these) => Some(these),
                Dirty::Everything => None,
            };
            let (world, known, backend) = (Arc::clone(&self.world), self.known.clone(), *backend);
            self.reads.spawn(async move {
                let began = Instant::now();
                let found = read(&world, &known, backend, only.as_ref()).await;
                Reading { backend, only, found, took: began.elapsed() }
            });
        }
    }

    /// Takes over what was read.
    pub(super) fn learn(&mut self, reading: Result<Reading, JoinError>) {
        let reading = match reading {
            Ok(reading) => reading,
            Err(error) => {
                tracing::error!(%error, "a reading fell over; everything is read again");
                return self.tracked.values_mut().for_each(|tracked| {
                    tracked.end_in_vain();
                    tracked.mark_everything(Instant::now());
                });
            }
        };
        let Reading { backend, only, found, took } = reading;
        let is_large = only.is_none();
        self.figures.read(backend, took, found.is_ok());
        let Some(tracked) = self.tracked.get_mut(&backend) else { return };
        match found {
            Ok(found) => {
                tracked.end(only.is_none(), Timestamp::now());
                self.observed.unreachable.remove(&backend);
                self.take_over(backend, only, found);
            }
            Err(reason) => {
                tracked.end_in_vain();
                tracked.fail(reason.clone(), Timestamp::now(), Instant::now());
                tracing::warn!(%backend, reason, "a backend could not be read");
                self.observed.unreachable.insert(backend, reason);
            }
        }
        self.leaves_memory |= is_large;
        self.judge_soon();
        self.show();
    }

    fn take_over(&mut self, backend: Backend, only: Option<BTreeSet<Address>>, found: Found) {
        let Found { resources, health, facts } = found;
        let was_asked = |address: &Address| match &only {
            None => address.kind.backend() == backend,
            Some(only) => only.contains(address),
        };
        self.observed.resources.retain(|address, _| !was_asked(address));
        self.observed.resources.extend(resources.into_iter().filter(|(address, _)| was_asked(address)));
        self.health = health.unwrap_or_else(|| std::mem::take(&mut self.health));
        self.observed.host = facts.unwrap_or_else(|| std::mem::take(&mut self.observed.host));
    }
}

async fn read(
    world: &World,
    known: &Known,
    backend: Backend,
    only: Option<&BTreeSet<Address>>,
) -> Result<Found, String> {
    let owner = world.reconciler.owner();
    let request = ObserveRequest { owner, applied: &known.applied, wanted: &known.hashes, only };
    let observed = world.reconciler.backends().of(backend).observe(&request).await;
    let resources = observed.map_err(|error| chain(&error))?.resources;
    let mut found = Found { resources, health: None, facts: None };
    match backend {
        Backend::Libvirt => {}
        Backend::Docker => found.health = Some(health(world, known).await),
        Backend::Host => found.facts = Some(world.reconciler.host_facts(&known.concerned()).await),
    }
    Ok(found)
}

/// What the engine's own checks say, where any container has one.
async fn health(world: &World, known: &Known) -> BTreeMap<Address, Health> {
    let has_check = |spec: &model::Spec| matches!(spec, model::Spec::Container(spec) if spec.health.is_some());
    if !known.desired.resources.values().any(|resource| has_check(&resource.spec)) {
        return BTreeMap::new();
    }
    let statuses = match world.docker.statuses().await {
        Ok(statuses) => statuses,
        Err(error) => {
            tracing::debug!(%error, "the health of containers is not known");
            return BTreeMap::new();
        }
    };
    let checked = statuses.into_iter().filter_map(|status| {
        let health = match status.health? {
            docker::Health::Starting => Health::Unknown,
            docker::Health::Healthy => Health::Healthy,
            docker::Health::Unhealthy => Health::Unhealthy,
        };
        Some((Address::new(Kind::Container, status.name), health))
    });
    checked.collect()
}
