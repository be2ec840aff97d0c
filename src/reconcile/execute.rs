//! Carries out a plan's steps: as many at a time as each backend takes, each written down before it begins.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    time::{Duration, Instant},
};

use driver::{Backends, Outcome, StepError, chain};
use model::{Address, Previous};
use plan::{Action, HookPhase, Step, StepId};
use tokio::task::{Id, JoinError, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::{
    Checkpoint, Event, Lanes, Settings, StepReport, StepStatus,
    deadline::deadline,
    event::Events,
    journal::{Journal, JournalError, Record},
    lane::Lane,
    schedule::Schedule,
};

/// What steps are carried out with.
#[derive(Clone, Copy)]
pub(crate) struct Workshop<'a> {
    pub(crate) backends: &'a Backends,
    pub(crate) lanes: Lanes,
    pub(crate) cancel: &'a CancellationToken,
    pub(crate) events: &'a Events,
    pub(crate) settings: &'a Settings,
    /// What units were defined as before, that earlier runs defined anew and could not start.
    pub(crate) previous: &'a BTreeMap<Address, Previous>,
}

/// What became of the steps.
pub(crate) struct Executed {
    /// Every step, in the plan's order.
    pub(crate) steps: Vec<StepReport>,
    /// What units were defined as before, that have still to be started with their new definition.
    pub(crate) previous: BTreeMap<Address, Previous>,
    /// The journal, where it could be written to the end.
    pub(crate) journal: Result<Journal, JournalError>,
}

/// What a step came to.
struct Ended {
    result: Result<Outcome, String>,
    /// Whether its unit is again what it was before it was defined anew.
    restored: bool,
    took: Duration,
}

struct Run<'a> {
    workshop: Workshop<'a>,
    schedule: Schedule<'a>,
    /// Written down, waiting for a place in its lane.
    queues: BTreeMap<Lane, VecDeque<&'a Step>>,
    busy: BTreeMap<Lane, usize>,
    tasks: JoinSet<Ended>,
    running: HashMap<Id, &'a Step>,
    /// Units that are stopped and started again.
    restarted: BTreeSet<&'a Address>,
    previous: BTreeMap<Address, Previous>,
    /// What happened and is not written down yet.
    unwritten: Vec<Record>,
    reports: BTreeMap<StepId, StepReport>,
    cancelled: bool,
}

/// Carries out `steps`. A failed step skips its dependants, and the rest goes on.
pub(crate) async fn execute(steps: &[Step], mut journal: Journal, workshop: Workshop<'_>) -> Executed {
    let mut run = Run::new(steps, workshop);
    let written = loop {
        journal = match run.write_down(journal).await {
            Ok(journal) => journal,
            Err(error) => break Err(error),
        };
        run.fill_lanes();
        if run.tasks.is_empty() {
            break Ok(journal);
        }
        run.await_one().await;
        run.take_ended();
    };
    if written.is_err() {
        run.stop();
    }
    while !run.tasks.is_empty() {
        run.await_one().await;
    }
    let previous = std::mem::take(&mut run.previous);
    Executed { steps: run.into_reports(steps), previous, journal: written }
}

impl<'a> Run<'a> {
    fn new(steps: &'a [Step], workshop: Workshop<'a>) -> Self {
        Self {
            workshop,
            schedule: Schedule::new(steps),
            queues: BTreeMap::new(),
            busy: BTreeMap::new(),
            tasks: JoinSet::new(),
            running: HashMap::new(),
            restarted: restarted(steps),
            previous: workshop.previous.clone(),
            unwritten: Vec::new(),
            reports: BTreeMap::new(),
            cancelled: false,
        }
    }

    /// Writes down what happened and what may happen next, in one go; then the ready steps may begin.
    async fn write_down(&mut self, mut journal: Journal) -> Result<Journal, JournalError> {
        if self.workshop.cancel.is_cancelled() {
            self.stop();
        }
        let ready = if self.cancelled { Vec::new() } else { self.schedule.begin_ready() };
        let over = self.schedule.is_over();
        if ready.is_empty() && !over {
            return Ok(journal);
        }
        let mut records = std::mem::take(&mut self.unwritten);
        records.extend(ready.iter().map(|&step| Record::Intent { step: Box::new(step.clone()) }));
        if !records.is_empty() {
            self.reached(Checkpoint::BeforeIntents);
            journal = written(journal, records).await?;
            self.reached(if over { Checkpoint::OutcomesDurable } else { Checkpoint::IntentsDurable });
        }
        for step in ready {
            self.queues.entry(Lane::of(step)).or_default().push_back(step);
        }
        Ok(journal)
    }

    fn fill_lanes(&mut self) {
        for (&lane, queue) in &mut self.queues {
            let busy = self.busy.entry(lane).or_default();
            while *busy < self.workshop.lanes.width(lane) {
                let Some(step) = queue.pop_front() else { break };
                *busy += 1;
                let previous = self.previous.get(&step.address).filter(|_| brings_up(step)).cloned();
                let handle = self.tasks.spawn(carry_out(self.workshop.backends.clone(), step.clone(), previous));
                self.running.insert(handle.id(), step);
                self.workshop.events.tell(Event::StepStarted {
                    step: step.id,
                    address: step.address.clone(),
                    verb: step.action.verb().into(),
                });
            }
        }
    }

    /// Waits until a step ends or the run is stopped.
    async fn await_one(&mut self) {
        let cancel = self.workshop.cancel;
        tokio::select! {
            biased;
            ended = self.tasks.join_next_with_id() => if let Some(ended) = ended { self.end(ended) },
            () = cancel.cancelled(), if !self.cancelled => self.stop(),
        }
    }

    /// Takes what else has ended meanwhile, so that it is written down in the same go.
    fn take_ended(&mut self) {
        while let Some(ended) = self.tasks.try_join_next_with_id() {
            self.end(ended);
        }
    }

    fn end(&mut self, ended: Result<(Id, Ended), JoinError>) {
        let (id, Ended { result, restored, took }) = match ended {
            Ok(ended) => ended,
            Err(error) => {
                let result = Err(format!("the driver failed: {error}"));
                (error.id(), Ended { result, restored: false, took: Duration::ZERO })
            }
        };
        let step = self.running.remove(&id).expect("every task is entered when it is spawned");
        self.reached(Checkpoint::StepReturned(step.id));
        *self.busy.entry(Lane::of(step)).or_default() -= 1;
        let (status, mut outcome) = match result {
            Ok(outcome) => (StepStatus::Done, outcome),
            Err(error) => (StepStatus::Failed { error }, Outcome::default()),
        };
        // Only of what is to be started anew it is of use what it was before.
        outcome.previous = outcome.previous.filter(|_| self.restarted.contains(&step.address));
        self.remember(step, &status, &outcome);
        if restored {
            self.undo(step);
        }
        self.unwritten.push(record(step.id, &status, &outcome));
        let skipped = self.schedule.end(step.id, &status);
        self.report(step.id, status, took, outcome);
        for id in skipped {
            let because = step.id;
            self.report(id, StepStatus::Skipped { because }, Duration::ZERO, Outcome::default());
        }
    }

    /// Keeps what a unit was defined as before until it has been started with what it is defined as now.
    fn remember(&mut self, step: &Step, status: &StepStatus, outcome: &Outcome) {
        match (&step.action, &outcome.previous) {
            (Action::Start, _) if *status == StepStatus::Done => drop(self.previous.remove(&step.address)),
            (_, Some(previous)) => {
                self.previous.entry(step.address.clone()).or_insert_with(|| previous.clone());
            }
            _ => {}
        }
    }

    /// Takes note that a unit is defined as before, because it did not come up.
    fn undo(&mut self, failed: &Step) {
        self.previous.remove(&failed.address);
        let of_unit = self.reports.values_mut().filter(|report| report.address == failed.address);
        let configured =
            |report: &&mut StepReport| matches!(self.schedule.step(report.id).action, Action::Configure { .. });
        for report in of_unit.filter(configured).filter(|report| report.status == StepStatus::Done) {
            report.status = StepStatus::Undone { because: failed.id };
        }
    }

    /// Begins nothing more; what is under way ends.
    fn stop(&mut self) {
        self.cancelled = true;
        let queued: Vec<StepId> = self.queues.values_mut().flat_map(|queue| queue.drain(..)).map(|s| s.id).collect();
        for id in self.schedule.cancel(&queued) {
            self.report(id, StepStatus::Cancelled, Duration::ZERO, Outcome::default());
        }
    }

    fn report(&mut self, id: StepId, status: StepStatus, took: Duration, outcome: Outcome) {
        let step = self.schedule.step(id);
        let Outcome { notes, pending, fingerprint: _, previous: _ } = outcome;
        let (address, verb) = (step.address.clone(), Cow::Borrowed(step.action.verb()));
        self.workshop.events.tell(Event::StepFinished {
            step: id,
            address: address.clone(),
            verb: verb.clone(),
            status: status.clone(),
            took,
        });
        let took_ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        self.reports.insert(id, StepReport { id, address, verb, status, took_ms, notes, pending });
    }

    /// The reports in the plan's order. Steps that wait for one that is not in the plan, or for each other, never
    /// began.
    fn into_reports(mut self, steps: &[Step]) -> Vec<StepReport> {
        let never: Vec<StepId> = steps.iter().map(|step| step.id).filter(|id| !self.reports.contains_key(id)).collect();
        for id in never {
            let waits_for: BTreeSet<StepId> = self.schedule.step(id).after.clone();
            let because = waits_for.into_iter().next().unwrap_or(id);
            self.report(id, StepStatus::Skipped { because }, Duration::ZERO, Outcome::default());
        }
        steps.iter().filter_map(|step| self.reports.remove(&step.id)).collect()
    }

    fn reached(&self, checkpoint: Checkpoint) {
        self.workshop.settings.reached(checkpoint);
    }
}

/// Writes and syncs on a thread that may block.
pub(crate) async fn written(mut journal: Journal, records: Vec<Record>) -> Result<Journal, JournalError> {
    let task = tokio::task::spawn_blocking(move || journal.write(&records).map(|()| journal));
    match task.await {
        Ok(result) => result,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

/// Carries out a step. A unit that does not come up with a new definition gets back the one that it had.
async fn carry_out(backends: Backends, step: Step, previous: Option<Previous>) -> Ended {
    let began = Instant::now();
    let deadline = deadline(&step);
    let result = match tokio::time::timeout(deadline, backends.execute(&step)).await {
        Ok(result) => result,
        Err(_) => Err(StepError::Deadline { verb: step.action.verb(), address: step.address.clone(), deadline }),
    };
    let mut result = result.map_err(|error| chain(&error));
    let mut restored = false;
    if let (Err(error), Some(previous)) = (&mut result, previous) {
        match tokio::time::timeout(deadline, backends.restore(&step.address, &previous)).await {
            Ok(Ok(_)) => restored = true,
            Ok(Err(refused)) => {
                error.push_str(&format!("; nor could its previous definition be started: {}", chain(&refused)));
            }
            Err(_) => error.push_str("; nor did it come up with its previous definition in time"),
        }
    }
    Ended { result, restored, took: began.elapsed() }
}

/// The units that are stopped and started again.
fn restarted(steps: &[Step]) -> BTreeSet<&Address> {
    let of = |wanted: fn(&Action) -> bool| {
        steps.iter().filter(move |step| wanted(&step.action)).map(|step| &step.address).collect::<BTreeSet<_>>()
    };
    let stopped = of(|action| matches!(action, Action::Stop { .. }));
    of(|action| matches!(action, Action::Start)).intersection(&stopped).copied().collect()
}

/// Whether the unit stays off where this step fails.
const fn brings_up(step: &Step) -> bool {
    matches!(step.action, Action::Start | Action::RunHook { phase: HookPhase::PreStart, .. })
}

fn record(step: StepId, status: &StepStatus, outcome: &Outcome) -> Record {
    match status {
        StepStatus::Failed { error } => Record::Failed { step, error: error.clone() },
        StepStatus::Done | StepStatus::Skipped { .. } | StepStatus::Undone { .. } | StepStatus::Cancelled => {
            let Outcome { fingerprint, notes, previous, .. } = outcome.clone();
            Record::Done { step, fingerprint, notes, previous }
        }
    }
}
