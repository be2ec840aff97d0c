//! The backends together: each step goes to the one that can do it.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use model::{Address, Backend, HealthProbe, HostFacts, ObservedResource, OwnerId, Previous, Spec};
use plan::{Action, Step};

use crate::{CallCount, Driver, Finding, ObserveError, ObserveRequest, Outcome, StepError, fault::chain};

/// Every backend of a host.
#[derive(Clone)]
pub struct Backends {
    /// Domains, networks, pools, volumes.
    pub libvirt: Arc<dyn Driver>,
    /// Containers and what is theirs.
    pub docker: Arc<dyn Driver>,
    /// Files, and what runs on the host for any unit.
    pub host: Arc<dyn Driver>,
}

/// What all backends showed.
#[derive(Clone, Debug, Default)]
pub struct Everything {
    /// Every object of those that could be read.
    pub resources: BTreeMap<Address, ObservedResource>,
    /// Those that could not be read, each with why.
    pub unreachable: BTreeMap<Backend, String>,
}

impl Backends {
    /// Reads the backends that are `concerned` at the same time; one that fails does not keep the others from being
    /// read.
    pub async fn observe(&self, concerned: &BTreeSet<Backend>, request: &ObserveRequest<'_>) -> Everything {
        let asked = concerned.iter().map(|&backend| async move { (backend, self.of(backend).observe(request).await) });
        let mut everything = Everything::default();
        for (backend, observed) in futures::future::join_all(asked).await {
            match observed {
                Ok(observation) => everything.resources.extend(observation.resources),
                Err(error) => {
                    everything.unreachable.insert(backend, chain(&error));
                }
            }
        }
        everything
    }

    /// Carries out one step.
    ///
    /// # Errors
    /// Those of the backend's [`Driver::execute`].
    pub async fn execute(&self, step: &Step) -> Result<Outcome, StepError> {
        self.of(self.backend_of(step)).execute(step).await
    }

    /// Gives an object back the definition that it had, and starts it.
    ///
    /// # Errors
    /// Those of the backend's [`Driver::restore`].
    pub async fn restore(&self, address: &Address, previous: &Previous) -> Result<Outcome, StepError> {
        self.of(address.kind.backend()).restore(address, previous).await
    }

    /// What the backends say of these specifications, without anything being touched.
    pub async fn validate(&self, wanted: &BTreeMap<Address, Spec>) -> Vec<Finding> {
        let [libvirt, docker, host] = self.all();
        let (libvirt, docker, host) =
            tokio::join!(libvirt.validate(wanted), docker.validate(wanted), host.validate(wanted));
        let mut findings = [libvirt, docker, host].concat();
        findings.sort_by(|a, b| a.address.cmp(&b.address));
        findings
    }

    /// Puts right what interrupted steps left behind; returns what was concerned. A backend that cannot be reached
    /// (a host without containers has no engine) is passed over: reading it says so.
    ///
    /// # Errors
    /// When a backend that answers refuses; the others are swept all the same.
    pub async fn sweep(&self, owner: OwnerId) -> Result<Vec<String>, ObserveError> {
        let [libvirt, docker, host] = self.all();
        let (libvirt, docker, host) = tokio::join!(libvirt.sweep(owner), docker.sweep(owner), host.sweep(owner));
        let swept = [libvirt, docker, host].map(|swept| match swept {
            Err(ObserveError::Unreachable { .. }) => Ok(Vec::new()),
            swept => swept,
        });
        let swept: Vec<_> = swept.into_iter().collect::<Result<_, _>>()?;
        Ok(swept.concat())
    }

    /// How many calls were made to the backends in all.
    pub fn calls(&self) -> CallCount {
        let counts = self.all().map(|driver| driver.calls());
        CallCount {
            reads: counts.iter().map(|count| count.reads).sum(),
            writes: counts.iter().map(|count| count.writes).sum(),
        }
    }

    /// The driver of one backend.
    pub fn of(&self, backend: Backend) -> &Arc<dyn Driver> {
        match backend {
            Backend::Libvirt => &self.libvirt,
            Backend::Docker => &self.docker,
            Backend::Host => &self.host,
        }
    }

    /// Hooks and health checks run on the host, save the scripts that check containers: they run inside.
    fn backend_of(&self, step: &Step) -> Backend {
        match &step.action {
            Action::RunHook { .. } => Backend::Host,
            Action::AwaitHealth { check } => match (&check.probe, step.address.kind.backend()) {
                (HealthProbe::Script { .. }, Backend::Docker) => Backend::Docker,
                _ => Backend::Host,
            },
            _ => step.address.kind.backend(),
        }
    }

    const fn all(&self) -> [&Arc<dyn Driver>; 3] {
        [&self.libvirt, &self.docker, &self.host]
    }
}

impl std::fmt::Debug for Backends {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Backends").finish_non_exhaustive()
    }
}

/// What backends tell of the host, together; of two that know the same, the first one counts.
pub fn all_facts(told: impl IntoIterator<Item = HostFacts>) -> HostFacts {
    let mut facts = HostFacts::default();
    told.into_iter().for_each(|told| merge(&mut facts, told));
    facts
}

/// Takes over what is not known yet.
fn merge(known: &mut HostFacts, told: HostFacts) {
    let HostFacts { arch, cpus, memory, kvm, emulated, machines, runtimes, libvirt, engine } = told;
    if known.arch.is_empty() {
        known.arch = arch;
    }
    if known.cpus == 0 {
        known.cpus = cpus;
    }
    known.memory = if known.memory.get() == 0 { memory } else { known.memory };
    known.kvm.extend(kvm);
    known.emulated.extend(emulated);
    known.machines.extend(machines);
    known.runtimes.extend(runtimes);
    known.libvirt = known.libvirt.take().or(libvirt);
    known.engine = known.engine.take().or(engine);
}

#[cfg(test)]
mod tests;
