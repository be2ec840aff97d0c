//! Brings a host to what is declared: observe, plan, apply, look again.

mod apply;
mod rebuild;
mod recover;

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, Instant},
};

use driver::{
    Backends, CallCount, Finding, ObserveRequest, Severity,
    backends::{Everything, all_facts},
};
use futures::future::join_all;
use model::{Address, Applied, Backend, Desired, HostFacts, Observed, OwnerId, Spec};
use plan::{Action, Moved, Plan, PlanInput, PlanOptions, Refusal, plan};
use tokio::sync::Mutex;

pub use apply::{ApplyError, ReturnError};
pub use rebuild::RebuildError;
pub use recover::{RecoverError, Recovered};

use crate::{JournalError, Recovery, SavedPlan, Settings, StateDir, StateError, journal};

/// How long it is remembered that a backend did not answer.
const INCOMPLETE: Duration = Duration::from_secs(5);

/// Brings a host to what is declared.
pub struct Reconciler {
    backends: Backends,
    state: StateDir,
    settings: Settings,
    /// What each backend knows of the host. Held while the backends are asked, so that they are asked once.
    facts: Mutex<BTreeMap<Backend, Told>>,
}

/// What a backend told of the host.
struct Told {
    at: Instant,
    /// `None` where it did not answer.
    facts: Option<HostFacts>,
}

impl Told {
    /// Whether it is to be asked again.
    fn is_outdated(&self) -> bool {
        self.facts.is_none() && self.at.elapsed() >= INCOMPLETE
    }
}

/// Every backend, the one that knows the host best first.
const BACKENDS: [Backend; 3] = [Backend::Host, Backend::Libvirt, Backend::Docker];

/// A plan with what it was made from.
#[derive(Clone, Debug)]
pub struct Planned {
    /// The plan.
    pub plan: Plan,
    /// What was there.
    pub observed: Observed,
    /// What was last applied.
    pub applied: Applied,
    /// What the backends said to the specifications that would be new, errors left out: those refuse the plan.
    pub warnings: Vec<Finding>,
    /// The run that was killed, where there is one; its journal is closed when the plan is applied.
    pub recovery: Option<Recovery>,
    /// What the plan was asked for with.
    pub options: PlanOptions,
}

/// There is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanningError {
    /// The state cannot be read.
    #[error(transparent)]
    State(#[from] StateError),
    /// The journal of an earlier run cannot be read.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The plan is refused: what it would have been is within.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// A backend would refuse specifications.
    #[error("{}", listed(findings))]
    Invalid {
        /// What it says to which.
        findings: Vec<Finding>,
        /// The plan that would be refused.
        plan: Box<Plan>,
    },
    /// The world has moved since a saved plan was made.
    #[error("{0}; plan anew")]
    Moved(Moved),
}

impl Reconciler {
    /// Makes a reconciler over `backends` and `state`.
    pub fn new(backends: Backends, state: StateDir, settings: Settings) -> Self {
        Self { backends, state, settings, facts: Mutex::default() }
    }

    /// Whose marks are ours.
    pub const fn owner(&self) -> OwnerId {
        self.state.owner()
    }

    /// The state directory.
    pub const fn state(&self) -> &StateDir {
        &self.state
    }

    /// The backends.
    pub const fn backends(&self) -> &Backends {
        &self.backends
    }

    /// What the backends that are `concerned` know of the host. Each is asked once, and again where it did not answer;
    /// what one that cannot be asked knows counts as unknown.
    pub async fn host_facts(&self, concerned: &BTreeSet<Backend>) -> HostFacts {
        let mut known = self.facts.lock().await;
        let concerned = BACKENDS.iter().filter(|backend| concerned.contains(backend));
        let is_unknown = |backend: &Backend| known.get(backend).is_none_or(Told::is_outdated);
        let unknown: Vec<Backend> = concerned.clone().copied().filter(is_unknown).collect();
        let asked = unknown.into_iter().map(|backend| async move {
            let told = self.backends.of(backend).host_facts().await;
            let facts = told.inspect_err(|error| tracing::debug!(%backend, %error, "its facts are not known")).ok();
            (backend, Told { at: Instant::now(), facts })
        });
        known.extend(join_all(asked).await);
        all_facts(concerned.filter_map(|backend| known.get(backend)?.facts.clone()))
    }

    /// Has a backend asked again for what it knows of the host: it was started anew.
    pub async fn forget_host_facts(&self, backend: Backend) {
        self.facts.lock().await.remove(&backend);
    }

    /// The backends on which anything is ours, so far as is remembered: all of them where nothing is.
    pub fn backends_in_use(applied: &Applied) -> BTreeSet<Backend> {
        in_use(applied)
    }

    /// Reads everything that is there, parsed, with what was last applied. Backends that cannot be read are named
    /// in what was observed.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub async fn look(&self) -> Result<(Observed, Applied), PlanningError> {
        let (applied, _) = self.known()?;
        let observed = self.read(&applied, &BTreeMap::new(), None, &BACKENDS.into()).await;
        Ok((observed, applied))
    }

    /// Plans what it takes to get to `desired`. Changes nothing, neither on the host nor in the state.
    ///
    /// # Errors
    /// When the state cannot be read, the plan is refused (also because a backend that it needs cannot be read), or
    /// a backend would refuse one of the new specifications.
    pub async fn plan(&self, desired: &Desired, options: &PlanOptions) -> Result<Planned, PlanningError> {
        let (applied, recovery) = self.known()?;
        let observed = self.read_for(desired, &applied).await;
        let plan = plan(&PlanInput { desired, observed: &observed, applied: &applied, owner: self.owner(), options })?;
        let warnings = self.validate(&plan).await?;
        Ok(Planned { plan, observed, applied, warnings, recovery, options: options.clone() })
    }

    /// Takes up a saved plan, where everything that it changes is still as it was.
    ///
    /// # Errors
    /// When the state cannot be read, or something has moved.
    pub async fn resume(&self, saved: &SavedPlan) -> Result<Planned, PlanningError> {
        let (applied, recovery) = self.known()?;
        let options = saved.options.to_plan_options();
        let observed = self.read_for(&saved.desired, &applied).await;
        saved.plan.verify_basis(&observed).map_err(PlanningError::Moved)?;
        Ok(Planned { plan: saved.plan.clone(), observed, applied, warnings: Vec::new(), recovery, options })
    }

    /// The calls made to each backend so far.
    pub fn calls(&self) -> BTreeMap<Backend, CallCount> {
        let of = |backend| (backend, self.backends.of(backend).calls());
        [Backend::Libvirt, Backend::Docker, Backend::Host].map(of).into()
    }

    /// What was last applied, with what a killed run had made.
    fn known(&self) -> Result<(Applied, Option<Recovery>), PlanningError> {
        let mut applied = self.state.rows().load()?.applied;
        let recovery = self.recovered(&mut applied)?;
        Ok((applied, recovery))
    }

    /// Adds what a killed run had made to `applied`.
    fn recovered(&self, applied: &mut Applied) -> Result<Option<Recovery>, JournalError> {
        let recovery = journal::unfinished(&self.state.journals())?;
        if let Some(recovery) = &recovery {
            recovery.supplement(applied, self.wanted_by(recovery).as_ref());
        }
        Ok(recovery)
    }

    /// What the killed run wanted, where that is still known.
    fn wanted_by(&self, recovery: &Recovery) -> Option<Desired> {
        let number = recovery.generation?;
        let wanted = self.state.generations().desired(number);
        wanted.inspect_err(|error| tracing::warn!(%error, "what the killed run wanted is not known")).ok()
    }

    /// Reads everything that a plan for `desired` is about: where nothing is wanted or ours, nobody is asked.
    async fn read_for(&self, desired: &Desired, applied: &Applied) -> Observed {
        let wanted = wanted_hashes(desired);
        let concerned = wanted.keys().map(|address| address.kind.backend()).chain(in_use(applied)).collect();
        self.read(applied, &wanted, None, &concerned).await
    }

    /// Reads the backends. While nothing is at stake, one that cannot be read is only named: the planner refuses
    /// what needs it.
    async fn read(
        &self,
        applied: &Applied,
        wanted: &BTreeMap<Address, String>,
        only: Option<&BTreeSet<Address>>,
        concerned: &BTreeSet<Backend>,
    ) -> Observed {
        let request = ObserveRequest { owner: self.owner(), applied, wanted, only };
        let (host, read) = tokio::join!(self.host_facts(concerned), self.backends.observe(concerned, &request));
        let Everything { resources, unreachable } = read;
        Observed { resources, host, at: self.settings.now(), unreachable }
    }

    /// Asks the backends about every specification that the plan brings them.
    async fn validate(&self, plan: &Plan) -> Result<Vec<Finding>, PlanningError> {
        let new: BTreeMap<Address, Spec> = plan
            .steps
            .iter()
            .filter_map(|step| match &step.action {
                Action::Create { spec, .. } | Action::Configure { spec, .. } | Action::Replace { spec, .. } => {
                    Some((step.address.clone(), spec.clone()))
                }
                _ => None,
            })
            .collect();
        if new.is_empty() {
            return Ok(Vec::new());
        }
        let findings = self.backends.validate(&new).await;
        let (errors, warnings): (Vec<_>, Vec<_>) =
            findings.into_iter().partition(|finding| finding.severity == Severity::Error);
        if errors.is_empty() {
            Ok(warnings)
        } else {
            Err(PlanningError::Invalid { findings: errors, plan: Box::new(plan.clone()) })
        }
    }
}

/// The backends on which anything is ours or was: all of them where nothing is remembered, for then the marks on the
/// objects may know more.
fn in_use(applied: &Applied) -> BTreeSet<Backend> {
    let known = applied.rows.keys().chain(applied.released.keys());
    let known: BTreeSet<Backend> = known.map(|address| address.kind.backend()).collect();
    if known.is_empty() { BACKENDS.into() } else { known.into_iter().chain([Backend::Host]).collect() }
}

/// The hashes of what is wanted, by which drivers know what they need not parse.
fn wanted_hashes(desired: &Desired) -> BTreeMap<Address, String> {
    desired.resources.iter().map(|(address, resource)| (address.clone(), resource.spec.hash())).collect()
}

fn listed(findings: &[Finding]) -> String {
    let lines: Vec<_> = findings.iter().map(|finding| format!("{}: {}", finding.address, finding.text)).collect();
    lines.join("\n")
}
