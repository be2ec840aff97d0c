//! The run of a plan, from the look before to the last word in the journal.

use std::{collections::BTreeSet, path::Path, time::Instant};

use driver::chain;
use model::{Address, Applied, Backend, Desired, Fingerprint, Observed, Seen, Spec};
use plan::{Action, Step};

use super::{ApplyError, end_of, previous_of, remember_previous, result_of};
use crate::{
    ApplyOptions, Checkpoint, Event, Generation, GenerationResult, JournalError, Planned, Purpose, Reconciler, Report,
    RunResult, StateError, StepReport, StepStatus,
    event::Events,
    execute::written,
    generations::{self, Prepared, SCHEMA_VERSION},
    journal::{self, Journal, Record},
    settle::{Aftermath, settle, touched, without_what_is_gone},
    state::{Loaded, row_of},
};

/// A run under the lock.
pub(super) struct Run<'a> {
    host: &'a Reconciler,
    planned: &'a Planned,
    desired: &'a Desired,
    options: &'a ApplyOptions,
    events: &'a Events,
    loaded: Loaded,
    id: String,
    began: Instant,
}

impl<'a> Run<'a> {
    /// Makes a run of what is `planned`.
    pub(super) fn new(
        host: &'a Reconciler,
        planned: &'a Planned,
        desired: &'a Desired,
        options: &'a ApplyOptions,
        events: &'a Events,
    ) -> Result<Self, StateError> {
        let loaded = host.state.rows().load()?;
        Ok(Self { host, planned, desired, options, events, loaded, id: host.run_id(), began: Instant::now() })
    }

    /// Does it all.
    pub(super) async fn go(mut self) -> Result<Report, ApplyError> {
        let touched = touched(&self.planned.plan);
        self.check_that_none_came_between()?;
        let notes = self.recover().await?;
        // While libvirt is asked, the generation is written: none of it counts before it is in its place.
        let (unmoved, prepared) =
            tokio::join!(self.check_that_nothing_moved(&touched), async { self.prepare_generation() });
        unmoved?;
        let generation = prepared?.map(Prepared::begin).transpose()?;
        if self.planned.plan.is_empty() {
            self.confirm_newest_generation()?;
            return self.end_without_steps(generation, notes);
        }
        self.reached(Checkpoint::GenerationWritten);
        let number = self.number_for_rows(generation)?;
        self.events.tell(Event::Begun { run: self.id.clone(), generation, steps: self.planned.plan.steps.len() });
        let begin = Record::Begin {
            run: self.id.clone(),
            generation: Some(number),
            plan: self.planned.plan.hash(),
            at: self.host.settings.now(),
        };
        let steps = &self.planned.plan.steps;
        let previous = previous_of(&self.planned.applied);
        let executed = self.host.carry_out(&self.id, begin, steps, &previous, self.options, self.events).await?;
        let (mut report, mut applied, observed) = self.learn(executed.steps, &touched, number).await;
        remember_previous(&mut applied, executed.previous);
        report.generation = generation;
        report.notes.splice(0..0, notes);
        if let Err(error) = self.write_down(applied, executed.journal, report.result, generation).await {
            let why = chain(&error);
            report.notes.push(format!("what was done could not be written down ({why}): the next run looks again"));
            report.result = RunResult::Failed;
            return Ok(report);
        }
        self.tidy(&observed).await;
        Ok(report)
    }

    fn check_that_none_came_between(&self) -> Result<(), ApplyError> {
        let mut applied = self.loaded.applied.clone();
        let recovery = self.host.recovered(&mut applied)?;
        let same = applied == self.planned.applied && recovery == self.planned.recovery;
        if same { Ok(()) } else { Err(ApplyError::Overtaken) }
    }

    /// Refuses to act on a plan that was made for another world.
    async fn check_that_nothing_moved(&self, touched: &BTreeSet<Address>) -> Result<(), ApplyError> {
        if self.planned.plan.is_empty() {
            return Ok(());
        }
        let now = self.read_again(touched, &self.planned.applied).await;
        self.planned.plan.verify_basis(&now).map_err(ApplyError::Moved)
    }

    /// Puts right what a killed run left behind.
    async fn recover(&mut self) -> Result<Vec<String>, ApplyError> {
        let Some(recovery) = &self.planned.recovery else { return Ok(Vec::new()) };
        let applied = self.planned.applied.clone();
        let recovered = self.host.take_note(recovery, &mut self.loaded, applied).await?;
        Ok(vec![format!("{recovered}; this run takes its place")])
    }

    /// Writes the new generation, where something changes: steps, what is wanted, or that there is one at all.
    fn prepare_generation(&self) -> Result<Option<Prepared>, ApplyError> {
        let generations = self.host.state.generations();
        let newest = generations.newest()?;
        let digest = generations::digest(self.desired);
        let same = newest.as_ref().is_some_and(|newest| newest.digest == digest);
        // What is put right is what is held: where another run has declared something else meanwhile, that counts.
        if self.options.purpose == Purpose::Heal && !same {
            return Err(ApplyError::Overtaken);
        }
        if same && (self.planned.plan.is_empty() || self.options.purpose == Purpose::Heal) {
            return Ok(None);
        }
        let generation = Generation {
            schema_version: SCHEMA_VERSION,
            number: newest.map_or(1, |newest| newest.number + 1),
            at: self.host.settings.now(),
            source: self.options.source.clone(),
            user: self.host.holder(self.options.caller.as_ref()).user,
            run: self.id.clone(),
            rollback_to: self.options.rollback_to,
            digest,
            result: GenerationResult::Running,
        };
        Ok(Some(generations.prepare(&generation, self.desired, self.options.manifest.as_ref())?))
    }

    /// The generation that rows are written for: the new one, or where none is made the newest.
    fn number_for_rows(&self, made: Option<u64>) -> Result<u64, ApplyError> {
        let newest = || Ok::<_, ApplyError>(self.host.state.generations().newest()?.map_or(0, |newest| newest.number));
        made.map_or_else(newest, Ok)
    }

    /// A generation that failed or was cut short is good once nothing is left to do for it.
    fn confirm_newest_generation(&self) -> Result<(), ApplyError> {
        let generations = self.host.state.generations();
        let everything = self.planned.options.only.is_none() && self.planned.observed.unreachable.is_empty();
        match generations.newest()? {
            Some(newest)
                if everything
                    && newest.result != GenerationResult::Succeeded
                    && newest.digest == generations::digest(self.desired) =>
            {
                Ok(generations.finish(newest.number, GenerationResult::Succeeded)?)
            }
            _ => Ok(()),
        }
    }

    fn end_without_steps(mut self, generation: Option<u64>, notes: Vec<String>) -> Result<Report, ApplyError> {
        let lesson = settle(&self.aftermath(&self.planned.observed, &[], generation.unwrap_or_default()));
        self.host.state.rows().save(&mut self.loaded, lesson.applied)?;
        if let Some(number) = generation {
            self.finish_generation(number, RunResult::Nothing)?;
        }
        Ok(Report { generation, notes, ..self.host.empty_report(self.began) })
    }

    /// Reads again what was touched. Returns what to tell, and what to remember.
    async fn learn(
        &self,
        steps: Vec<StepReport>,
        touched: &BTreeSet<Address>,
        generation: u64,
    ) -> (Report, Applied, Observed) {
        self.events.tell(Event::Verifying);
        let now = self.read_again(touched, &self.rows_to_look_with(&steps)).await;
        let observed = self.merged(touched, now);
        self.reached(Checkpoint::Observed);
        let lesson = settle(&self.aftermath(&observed, &steps, generation));
        let result = match result_of(&steps) {
            RunResult::Succeeded if !lesson.not_converged.is_empty() => RunResult::NotConverged,
            result => result,
        };
        let report = Report {
            run: Some(self.id.clone()),
            generation: Some(generation),
            result,
            steps,
            not_converged: lesson.not_converged,
            notes: lesson.notes,
            ..self.host.empty_report(self.began)
        };
        (report, lesson.applied, observed)
    }

    /// Removes what changed files were before, where everything that may use them could be looked at.
    async fn tidy(&self, observed: &Observed) {
        if !observed.unreachable.is_empty() {
            return;
        }
        let applied = &self.loaded.applied;
        let is_used = |path: &Path| names(observed, applied, path);
        let removed = self.host.backends.of(Backend::Host).tidy(applied, &is_used).await;
        removed.iter().for_each(|path| tracing::debug!(path = %path.display(), "removed: nobody uses it any more"));
    }

    /// The state first, then the generation's result, and the journal's end last: killed in between, the run counts
    /// as killed, and its generation as what it was.
    async fn write_down(
        &mut self,
        applied: Applied,
        journal: Result<Journal, JournalError>,
        result: RunResult,
        generation: Option<u64>,
    ) -> Result<(), ApplyError> {
        self.host.state.rows().save(&mut self.loaded, applied)?;
        self.reached(Checkpoint::RowsSaved);
        let journal = journal?;
        if self.options.purpose == Purpose::Word {
            self.host.state.held().clear()?;
        }
        if let Some(generation) = generation {
            self.finish_generation(generation, result)?;
        }
        written(journal, vec![end_of(result)]).await?;
        self.reached(Checkpoint::Ended);
        journal::prune(&self.host.state.journals(), self.host.settings.journals_kept)?;
        Ok(())
    }

    fn finish_generation(&self, number: u64, result: RunResult) -> Result<(), ApplyError> {
        let generations = self.host.state.generations();
        generations.finish(
            number,
            match result {
                RunResult::Nothing | RunResult::Succeeded => GenerationResult::Succeeded,
                RunResult::NotConverged | RunResult::Failed => GenerationResult::Failed,
                RunResult::Cancelled => GenerationResult::Cancelled,
            },
        )?;
        self.reached(Checkpoint::GenerationFinished);
        Ok(generations.prune(self.host.settings.generations_kept)?)
    }

    /// Reads the touched resources, all of them parsed.
    async fn read_again(&self, touched: &BTreeSet<Address>, applied: &Applied) -> Observed {
        let concerned = touched.iter().map(|address| address.kind.backend()).collect();
        self.host.read(applied, &Default::default(), Some(touched), &concerned).await
    }

    /// What bears no mark is ours by its row: the rows as they are if whatever was begun came to be. What was made or
    /// replaced is looked for where it is now.
    fn rows_to_look_with(&self, reports: &[StepReport]) -> Applied {
        let steps = &self.planned.plan.steps;
        let mut applied = without_what_is_gone(&self.planned.applied, steps, reports);
        let done = |step: &Step| reports.iter().any(|report| report.id == step.id && report.status == StepStatus::Done);
        for step in steps {
            let Some(resource) = self.desired.resources.get(&step.address) else { continue };
            let row = row_of(resource, Fingerprint::default(), 0);
            if matches!(step.action, Action::Create { .. } | Action::Replace { .. }) && done(step) {
                applied.rows.insert(step.address.clone(), row);
            } else {
                applied.rows.entry(step.address.clone()).or_insert(row);
            }
        }
        applied
    }

    fn merged(&self, touched: &BTreeSet<Address>, now: Observed) -> Observed {
        let mut observed = self.planned.observed.clone();
        observed.resources.retain(|address, _| !touched.contains(address));
        observed.resources.extend(now.resources.into_iter().filter(|(address, _)| touched.contains(address)));
        observed.unreachable.extend(now.unreachable);
        observed
    }

    fn aftermath<'b>(&'b self, observed: &'b Observed, steps: &'b [StepReport], generation: u64) -> Aftermath<'b> {
        Aftermath {
            desired: self.desired,
            plan: &self.planned.plan,
            options: &self.planned.options,
            owner: self.host.owner(),
            generation,
            observed,
            applied: &self.planned.applied,
            steps,
        }
    }

    fn reached(&self, checkpoint: Checkpoint) {
        self.host.settings.reached(checkpoint);
    }
}

/// Whether anything that is there names a path, in its configuration or where it runs.
fn names(observed: &Observed, applied: &Applied, path: &Path) -> bool {
    let path = path.to_string_lossy();
    let in_spec = |spec: &Spec| spec.fields().values().any(|value| value.to_string().contains(&*path));
    observed.resources.iter().any(|(address, found)| match &found.seen {
        Seen::Parsed { config, live } => in_spec(config) || live.as_ref().is_some_and(in_spec),
        Seen::Unchanged => applied.rows.get(address).is_some_and(|row| in_spec(&row.spec)),
    })
}
