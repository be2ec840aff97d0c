//! One run: lock, recover, write down, carry out, look again, remember.

mod rollback;
mod run;

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use model::{Address, Applied, Desired, Previous};
use plan::{Action, Moved, Step};
use tokio::sync::mpsc::Sender;

use super::{Planned, Reconciler, RecoverError};
use crate::{
    ApplyOptions, Checkpoint, Event, GenerationError, JournalError, Lock, LockError, OnFailure, Purpose, Report,
    RunResult, StateError, StepReport, StepStatus,
    event::Events,
    execute::{Executed, Workshop, execute, written},
    journal::{self, Journal, Record},
    lock::Holder,
    settle::without_what_is_gone,
    state::{Loaded, row_of_mark},
};
pub use rollback::ReturnError;
use run::Run;

/// How long the end of a daemon's run is waited for.
const DAEMON_PATIENCE: Duration = Duration::from_secs(30);

/// A run could not begin, or what it did could not be written down.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// Another process is changing the host.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The state cannot be read or written.
    #[error(transparent)]
    State(#[from] StateError),
    /// The journal cannot be read or written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A generation cannot be read or written.
    #[error(transparent)]
    Generation(#[from] GenerationError),
    /// What a killed run left behind cannot be put right.
    #[error(transparent)]
    Recover(#[from] RecoverError),
    /// Something that the plan changes is not as it was when the plan was made.
    #[error("{0}; plan anew")]
    Moved(Moved),
    /// Another run has come between the plan and its apply.
    #[error("another run has changed the host since the plan was made; plan anew")]
    Overtaken,
}

impl Reconciler {
    /// Carries out `planned`, which was made for `desired`. An empty plan writes nothing to any backend, nor to
    /// the state where that is up to date.
    ///
    /// # Errors
    /// When the lock is held, something has moved since the plan was made, or state and journal cannot be written.
    /// Steps that fail are no error here: the report names them.
    pub async fn apply(
        &self,
        planned: &Planned,
        desired: &Desired,
        options: &ApplyOptions,
        events: Option<Sender<Event>>,
    ) -> Result<Report, ApplyError> {
        let _lock = self.lock(options.patience, options.caller.as_ref()).await?;
        let events = Events(events);
        let mut report = self.run(planned, desired, options, &events).await?;
        if report.result == RunResult::Failed && options.on_failure == OnFailure::RollBack {
            rollback::roll_back(self, &mut report, planned, options, &events).await;
        }
        Ok(report)
    }

    /// Carries out `steps` that no declaration asks for: starting, stopping, pausing what is there. Makes no
    /// generation.
    ///
    /// # Errors
    /// Like [`Reconciler::apply`].
    pub async fn perform(
        &self,
        steps: Vec<Step>,
        options: &ApplyOptions,
        events: Option<Sender<Event>>,
    ) -> Result<Report, ApplyError> {
        let _lock = self.lock(options.patience, options.caller.as_ref()).await?;
        let events = Events(events);
        let began = Instant::now();
        let mut loaded = self.state.rows().load()?;
        let notes = self.recover_first(&mut loaded).await?;
        let id = self.run_id();
        let begin = Record::Begin { run: id.clone(), generation: None, plan: String::new(), at: self.settings.now() };
        events.tell(Event::Begun { run: id.clone(), generation: None, steps: steps.len() });
        let previous = previous_of(&loaded.applied);
        let Executed { steps: reports, previous, journal } =
            self.carry_out(&id, begin, &steps, &previous, options, &events).await?;
        let mut owned = ownership_after(&loaded.applied, &steps, &reports);
        remember_previous(&mut owned, previous);
        self.state.rows().save(&mut loaded, owned)?;
        if options.purpose == Purpose::Word {
            self.state.held().learn(&steps, &reports)?;
        }
        let result = result_of(&reports);
        written(journal?, vec![end_of(result)]).await?;
        journal::prune(&self.state.journals(), self.settings.journals_kept)?;
        Ok(Report { run: Some(id), steps: reports, result, notes, ..self.empty_report(began) })
    }

    async fn recover_first(&self, loaded: &mut Loaded) -> Result<Vec<String>, ApplyError> {
        let mut applied = loaded.applied.clone();
        let Some(recovery) = self.recovered(&mut applied)? else { return Ok(Vec::new()) };
        Ok(vec![self.take_note(&recovery, loaded, applied).await?.to_string()])
    }

    /// Takes the lock. What the daemon does by itself is short, and nobody is turned away for it at once.
    pub(super) async fn lock(&self, patience: Duration, caller: Option<&Holder>) -> Result<Lock, LockError> {
        let holder = self.holder(caller);
        match Lock::acquire_within(&self.state, holder.clone(), patience).await {
            Err(LockError::Held { holder: Some(other) }) if other.is_daemon() && patience < DAEMON_PATIENCE => {
                Lock::acquire_within(&self.state, holder, DAEMON_PATIENCE).await
            }
            taken => taken,
        }
    }

    fn holder(&self, caller: Option<&Holder>) -> Holder {
        let now = self.settings.now();
        caller.map_or_else(|| Holder::this_process(now), |caller| Holder::on_behalf_of(caller.clone(), now))
    }

    /// Runs sort by their time; the process tells those of one moment apart.
    fn run_id(&self) -> String {
        let now = self.settings.now();
        format!("{}.{:09}Z-{}", now.strftime("%Y%m%dT%H%M%S"), now.subsec_nanosecond(), std::process::id())
    }

    async fn run(
        &self,
        planned: &Planned,
        desired: &Desired,
        options: &ApplyOptions,
        events: &Events,
    ) -> Result<Report, ApplyError> {
        Run::new(self, planned, desired, options, events)?.go().await
    }

    async fn carry_out(
        &self,
        id: &str,
        begin: Record,
        steps: &[Step],
        previous: &BTreeMap<Address, Previous>,
        options: &ApplyOptions,
        events: &Events,
    ) -> Result<Executed, JournalError> {
        let journal = Journal::create(&self.state.journals(), id)?;
        let journal = written(journal, vec![begin]).await?;
        self.settings.reached(Checkpoint::JournalBegun);
        let workshop = Workshop {
            backends: &self.backends,
            lanes: self.settings.lanes.at_most(options.parallelism),
            cancel: &options.cancel,
            events,
            settings: &self.settings,
            previous,
        };
        Ok(execute(steps, journal, workshop).await)
    }

    fn empty_report(&self, began: Instant) -> Report {
        Report {
            schema_version: Report::SCHEMA_VERSION,
            result: RunResult::Nothing,
            run: None,
            generation: None,
            took_ms: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
            steps: Vec::new(),
            not_converged: Vec::new(),
            notes: Vec::new(),
            calls: self.calls(),
            rollback: None,
        }
    }
}

fn result_of(steps: &[StepReport]) -> RunResult {
    let any = |wanted: fn(&StepStatus) -> bool| steps.iter().any(|step| wanted(&step.status));
    if any(|status| matches!(status, StepStatus::Failed { .. } | StepStatus::Skipped { .. })) {
        RunResult::Failed
    } else if any(|status| *status == StepStatus::Cancelled) {
        RunResult::Cancelled
    } else {
        RunResult::Succeeded
    }
}

/// What is ours after `steps`: what was adopted is, what was deleted or let go is not.
fn ownership_after(applied: &Applied, steps: &[Step], reports: &[StepReport]) -> Applied {
    let mut applied = without_what_is_gone(applied, steps, reports);
    for (step, report) in steps.iter().zip(reports) {
        if matches!(step.action, Action::Adopt { .. }) && report.status == StepStatus::Done {
            let row = applied.rows.entry(step.address.clone());
            row.or_insert_with(|| row_of_mark(&step.address, None));
        }
    }
    applied
}

/// What units were defined as before, that could not be started since.
fn previous_of(applied: &Applied) -> BTreeMap<Address, Previous> {
    let known = applied.rows.iter().filter_map(|(address, row)| Some((address.clone(), row.previous.clone()?)));
    known.collect()
}

/// Keeps what units were defined as before for those that are yet to be started, and forgets it for all others.
fn remember_previous(applied: &mut Applied, mut previous: BTreeMap<Address, Previous>) {
    for (address, row) in &mut applied.rows {
        row.previous = previous.remove(address);
    }
}

fn end_of(result: RunResult) -> Record {
    match result {
        RunResult::Cancelled => Record::Abort { reason: "stopped by its user".to_owned() },
        _ => Record::Commit,
    }
}
