//! Works out what a run has taught: which rows to keep, and what did not take. Pure.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::{
    Address, Applied, Desired, DriftPolicy, FieldPath, Fingerprint, Gate, Observed, ObservedResource, OnChange,
    OwnerId, Ownership, Resource, Seen, Spec,
};
use plan::{Action, Cause, Fate, FieldChange, Plan, PlanInput, PlanOptions, Step, StepId, Verb, plan};
use serde_json::Value;

use crate::{
    NotConverged, StepReport, StepStatus,
    state::{row_of, row_of_mark},
};

/// What is known after a run.
#[derive(Clone, Copy)]
pub(crate) struct Aftermath<'a> {
    pub(crate) desired: &'a Desired,
    pub(crate) plan: &'a Plan,
    pub(crate) options: &'a PlanOptions,
    pub(crate) owner: OwnerId,
    pub(crate) generation: u64,
    /// What was there before, with what the run touched read again.
    pub(crate) observed: &'a Observed,
    /// The rows before.
    pub(crate) applied: &'a Applied,
    pub(crate) steps: &'a [StepReport],
}

/// What a run has taught.
#[derive(Debug, Default)]
pub(crate) struct Lesson {
    /// The rows from now on.
    pub(crate) applied: Applied,
    /// What differs though all its steps were done.
    pub(crate) not_converged: Vec<NotConverged>,
    /// Why that could not be worked out.
    pub(crate) notes: Vec<String>,
}

/// Learns from a run. A second plan over what is there now says what did not take.
pub(crate) fn settle(after: &Aftermath<'_>) -> Lesson {
    let mut applied = without_what_is_gone(after.applied, &after.plan.steps, after.steps);
    let shaped: BTreeMap<&Address, Shape> = after.shapes();
    after.enter_half_made(&mut applied);
    for (&address, _) in shaped.iter().filter(|&(_, &shape)| shape == Shape::Taken) {
        after.enter(address, &mut applied);
    }
    for address in &after.plan.settled {
        if shaped.get(address).is_none_or(|&shape| shape == Shape::Taken) {
            after.bring_up_to_date(address, &mut applied);
        }
    }
    if after.steps.is_empty() {
        after.heal_fingerprints(after.plan, &mut applied);
        return Lesson { applied, ..Lesson::default() };
    }
    after.enter_gates(&mut applied);
    after.verify(applied)
}

/// What became of the steps that give a resource its shape; its power is another matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shape {
    /// All were done.
    Taken,
    /// One was not.
    Open,
}

impl Aftermath<'_> {
    /// By resource: its own steps that give shape, and those of others that do it for it (a disk that grows with
    /// the domain that runs on it).
    fn shapes(&self) -> BTreeMap<&Address, Shape> {
        let own = self.plan.steps.iter().map(|step| (&step.address, step.id));
        let carried = self.plan.changes.iter().flat_map(|c| c.steps.iter().map(move |&id| (&c.address, id)));
        let steps: BTreeMap<StepId, (&Step, &StepStatus)> =
            self.plan.steps.iter().zip(self.steps).map(|(step, report)| (step.id, (step, &report.status))).collect();
        let configured: BTreeSet<&Address> = steps
            .values()
            .filter(|(step, status)| matches!(step.action, Action::Configure { .. }) && **status == StepStatus::Done)
            .map(|(step, _)| &step.address)
            .collect();
        let mut shapes = BTreeMap::new();
        for (address, id) in own.chain(carried) {
            let Some((step, status)) = steps.get(&id).filter(|(step, _)| gives_shape(&step.action)) else { continue };
            let shape = shapes.entry(address).or_insert(Shape::Taken);
            // What the next start uses is what we know it by: forgetting that it was written would make a device
            // that the running guest refused nobody's.
            let lives_on = matches!(step.action, Action::ChangeLive { .. })
                && step.address == *address
                && configured.contains(address);
            if **status != StepStatus::Done && !lives_on {
                *shape = Shape::Open;
            }
        }
        shapes
    }

    /// What a failed step has made all the same, and what was made on a backend that cannot be read any more, is
    /// ours; nothing more is known of it.
    fn enter_half_made(&self, applied: &mut Applied) {
        for (step, report) in self.plan.steps.iter().zip(self.steps) {
            let begun = matches!(report.status, StepStatus::Done | StepStatus::Failed { .. });
            let may_be_there = self.observed.resources.contains_key(&step.address)
                || self.observed.unreachable.contains_key(&step.address.kind.backend());
            if let (true, true, Action::Create { .. }, Some(resource)) =
                (begun, may_be_there, &step.action, self.desired.resources.get(&step.address))
            {
                let row = || row_of(resource, Fingerprint::default(), self.generation);
                applied.rows.entry(step.address.clone()).or_insert_with(row);
            }
        }
    }

    /// Writes the row of a declared resource that is there.
    fn enter(&self, address: &Address, applied: &mut Applied) {
        let there = self.observed.resources.get(address);
        let resource = self.desired.resources.get(address);
        if let (Some(resource), Some(seen)) = (resource, there) {
            let mut row = row_of(resource, seen.fingerprint.clone(), self.generation);
            let before = self.applied.rows.get(address).and_then(|row| row.gave_back);
            row.gave_back = gave_back(&resource.spec, seen).or(before);
            // What a policy leaves as it was is not forgotten: a disk that is still there would be nobody's.
            if let Some(before) = self.applied.rows.get(address).filter(|_| self.leaves_a_change(address)) {
                (row.spec, row.spec_hash) = (before.spec.clone(), before.spec_hash.clone());
            }
            row.accepted = self.accepted(address, resource);
            if !row.accepted.is_empty() {
                // It is looked at each time: what is changed besides is drift.
                row.fingerprint = Fingerprint::default();
            }
            applied.rows.insert(address.clone(), row);
        }
    }

    /// What of what somebody changed is accepted: what this plan leaves so, and what was accepted before.
    fn accepted(&self, address: &Address, resource: &Resource) -> BTreeMap<FieldPath, Value> {
        let anew = |step: &Step| {
            step.address == *address && matches!(step.action, Action::Create { .. } | Action::Replace { .. })
        };
        if resource.policy.drift != DriftPolicy::Adopt || self.plan.steps.iter().any(anew) {
            return BTreeMap::new();
        }
        let mut accepted = self.applied.rows.get(address).map(|row| row.accepted.clone()).unwrap_or_default();
        for field in self.plan.change_of(address).iter().flat_map(|change| &change.fields) {
            match (field.fate, field.cause) {
                (Fate::Left, Cause::Drift) => {
                    accepted.insert(field.path.clone(), field.old.clone().unwrap_or(Value::Null));
                }
                (Fate::Changed, _) => drop(accepted.remove(&field.path)),
                (Fate::Left, _) => {}
            }
        }
        accepted
    }

    /// Whether a change of the declaration stays undone.
    fn leaves_a_change(&self, address: &Address) -> bool {
        let left = |field: &FieldChange| field.fate == Fate::Left && field.cause != Cause::Drift;
        self.plan.change_of(address).is_some_and(|change| change.fields.iter().any(left))
    }

    fn bring_up_to_date(&self, address: &Address, applied: &mut Applied) {
        let orphaned = self.plan.change_of(address).is_some_and(|change| change.verb == Verb::Orphan);
        if self.desired.resources.contains_key(address) {
            self.enter(address, applied);
        } else if orphaned {
            let row = applied.rows.entry(address.clone());
            let ownership = self.observed.resources.get(address).map(|seen| &seen.ownership);
            row.or_insert_with(|| row_of_mark(address, ownership)).orphaned_since.get_or_insert(self.observed.at);
        } else {
            applied.rows.remove(address);
        }
    }

    /// What is as declared, but looks other than when it was last read (a backend that prints something anew),
    /// gets its new fingerprint, so that it need not be parsed each time. Only where the plan has looked at
    /// everything, for else it may differ unseen.
    fn heal_fingerprints(&self, plan: &Plan, applied: &mut Applied) {
        let unseen = |address: &Address| self.observed.unreachable.contains_key(&address.kind.backend());
        if self.options.only.is_some() || self.desired.resources.keys().any(unseen) {
            return;
        }
        let changed: BTreeSet<&Address> = plan.changes.iter().map(|change| &change.address).collect();
        for (address, resource) in &self.desired.resources {
            let (Some(row), Some(seen)) = (applied.rows.get_mut(address), self.observed.resources.get(address)) else {
                continue;
            };
            let ours = matches!(seen.ownership, Ownership::Ours { .. });
            let looked_at = matches!(seen.seen, Seen::Parsed { .. }) && resource.policy.on_change != OnChange::Never;
            if ours && looked_at && row.accepted.is_empty() && !changed.contains(address) {
                row.fingerprint = seen.fingerprint.clone();
                row.gave_back = gave_back(&resource.spec, seen).or(row.gave_back);
            }
        }
    }

    /// Plans again: what would change still, of what was touched with success, has not taken. Its row must not
    /// say that it has.
    fn verify(&self, applied: Applied) -> Lesson {
        let mut lesson = Lesson { applied, ..Lesson::default() };
        let input = PlanInput {
            desired: self.desired,
            observed: self.observed,
            applied: &lesson.applied,
            owner: self.owner,
            options: self.options,
        };
        let second = match plan(&input) {
            Ok(second) => second,
            Err(refusal) => {
                lesson.notes.push(format!("what was applied could not be verified: {refusal}"));
                return lesson;
            }
        };
        let (touched, failed) = (touched(self.plan), self.not_done());
        self.heal_fingerprints(&second, &mut lesson.applied);
        self.enter_converged(&second, &touched, &failed, &mut lesson.applied);
        for change in second.changes.iter().filter(|change| touched.contains(&change.address)) {
            if change.verb == Verb::Refresh {
                continue;
            }
            if change.steps.is_empty() || failed.contains(&change.address) {
                self.read_always(&change.address, &mut lesson.applied);
            } else {
                self.take_back(&change.address, &mut lesson.applied);
                let fields = change.fields.iter().map(|field| field.path.clone()).collect();
                lesson.not_converged.push(NotConverged { address: change.address.clone(), fields });
            }
        }
        lesson
    }

    /// What was touched with success and needs nothing more is as declared, also where its steps gave it no shape.
    fn enter_converged(
        &self,
        second: &Plan,
        touched: &BTreeSet<Address>,
        failed: &BTreeSet<&Address>,
        applied: &mut Applied,
    ) {
        let open: BTreeSet<&Address> = second.changes.iter().map(|change| &change.address).collect();
        for address in touched.iter().filter(|address| !failed.contains(address) && !open.contains(address)) {
            self.enter(address, applied);
        }
    }

    /// Remembers which units have been seen to work, and which started and have not.
    fn enter_gates(&self, applied: &mut Applied) {
        let steps = || self.plan.steps.iter().zip(self.steps);
        let is_off = |address: &Address| {
            let mut starts = steps().filter(|(step, _)| step.address == *address && step.action == Action::Start);
            starts.any(|(_, report)| report.status != StepStatus::Done)
        };
        for (step, report) in steps().filter(|(step, _)| matches!(step.action, Action::AwaitHealth { .. })) {
            let Some(row) = applied.rows.get_mut(&step.address) else { continue };
            let works = report.status == StepStatus::Done;
            // What did not start is started and checked again in any case.
            row.gate = if works || is_off(&step.address) { Gate::Open } else { Gate::Shut };
        }
    }

    fn not_done(&self) -> BTreeSet<&Address> {
        self.steps.iter().filter(|step| step.status != StepStatus::Done).map(|step| &step.address).collect()
    }

    /// A resource that waits for a cold start, or whose drift is only reported, is parsed each time.
    fn read_always(&self, address: &Address, applied: &mut Applied) {
        if let Some(row) = applied.rows.get_mut(address) {
            row.fingerprint = Fingerprint::default();
        }
    }

    /// What was last applied is what was before, or, where nothing was, what was asked for: it is compared anew.
    fn take_back(&self, address: &Address, applied: &mut Applied) {
        match self.applied.rows.get(address) {
            Some(before) => {
                applied.rows.insert(address.clone(), before.clone());
            }
            None => self.read_always(address, applied),
        }
    }
}

/// When the guest was started, where it is seen to hold no more memory than it is to have.
fn gave_back(wanted: &Spec, seen: &ObservedResource) -> Option<Timestamp> {
    let Seen::Parsed { live: Some(Spec::Domain(live)), .. } = &seen.seen else { return None };
    let Spec::Domain(wanted) = wanted else { return None };
    let (held, wanted) = live.memory.current.zip(wanted.memory.current)?;
    seen.domain.as_ref()?.started.filter(|_| held <= wanted)
}

/// The rows without those of what was deleted, let go or renamed.
pub(crate) fn without_what_is_gone(applied: &Applied, steps: &[Step], reports: &[StepReport]) -> Applied {
    let mut applied = applied.clone();
    let done = steps.iter().zip(reports).filter(|(_, report)| report.status == StepStatus::Done);
    for (step, _) in done {
        match &step.action {
            Action::Delete { .. } => drop(applied.rows.remove(&step.address)),
            Action::Forget => applied.release(&step.address),
            Action::Rename { from } => drop(applied.rows.remove(&Address::new(step.address.kind, from))),
            _ => {}
        }
    }
    applied
}

/// The resources that a plan's steps may change.
pub(crate) fn touched(plan: &Plan) -> BTreeSet<Address> {
    let old_names = plan.steps.iter().filter_map(|step| match &step.action {
        Action::Rename { from } => Some(Address::new(step.address.kind, from)),
        _ => None,
    });
    let stepped = plan.steps.iter().map(|step| &step.address);
    stepped.chain(plan.basis.keys()).cloned().chain(old_names).collect()
}

/// Whether the action decides what the object is, rather than whether it runs.
const fn gives_shape(action: &Action) -> bool {
    match action {
        Action::Create { .. }
        | Action::Configure { .. }
        | Action::ChangeLive { .. }
        | Action::Replace { .. }
        | Action::Rename { .. }
        | Action::Adopt { .. } => true,
        Action::Start
        | Action::Stop { .. }
        | Action::Pause
        | Action::Resume
        | Action::RunHook { .. }
        | Action::AwaitHealth { .. }
        | Action::Delete { .. }
        | Action::Forget => false,
    }
}
