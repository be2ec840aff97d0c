//! Which steps may begin, as others end: the plan's graph, without the world.
//!
//! ```text
//!   blocked ─► ready ─► begun ─► done | failed
//!      └─────────┴──► skipped (a step it needs failed) | cancelled (the run was stopped)
//! ```

use std::collections::{BTreeMap, BTreeSet};

use plan::{Step, StepId};

use crate::StepStatus;

/// The state of a plan's steps.
#[derive(Debug)]
pub(crate) struct Schedule<'a> {
    steps: BTreeMap<StepId, &'a Step>,
    dependants: BTreeMap<StepId, Vec<StepId>>,
    /// Steps that wait, each for how many others.
    blocked: BTreeMap<StepId, usize>,
    ready: BTreeSet<StepId>,
    begun: BTreeSet<StepId>,
}

impl<'a> Schedule<'a> {
    /// Makes the schedule of `steps`.
    pub(crate) fn new(steps: &'a [Step]) -> Self {
        let mut dependants: BTreeMap<StepId, Vec<StepId>> = BTreeMap::new();
        for step in steps {
            for &needed in &step.after {
                dependants.entry(needed).or_default().push(step.id);
            }
        }
        let (free, waiting): (Vec<&Step>, Vec<&Step>) = steps.iter().partition(|step| step.after.is_empty());
        Self {
            steps: steps.iter().map(|step| (step.id, step)).collect(),
            dependants,
            blocked: waiting.into_iter().map(|step| (step.id, step.after.len())).collect(),
            ready: free.into_iter().map(|step| step.id).collect(),
            begun: BTreeSet::new(),
        }
    }

    /// Steps that have become ready since this was last asked, in the plan's order; from now on they count as
    /// begun.
    pub(crate) fn begin_ready(&mut self) -> Vec<&'a Step> {
        let ready = std::mem::take(&mut self.ready);
        self.begun.extend(&ready);
        ready.into_iter().map(|id| self.steps[&id]).collect()
    }

    /// Takes note that a begun step ended. Returns the steps that are skipped for it.
    pub(crate) fn end(&mut self, id: StepId, status: &StepStatus) -> Vec<StepId> {
        self.begun.remove(&id);
        let mut skipped = Vec::new();
        match status {
            StepStatus::Done => self.unblock_dependants(id),
            StepStatus::Failed { .. }
            | StepStatus::Skipped { .. }
            | StepStatus::Undone { .. }
            | StepStatus::Cancelled => {
                self.skip_dependants(id, &mut skipped);
            }
        }
        skipped
    }

    /// Stops the run: what has not begun never will, nor what has `begun_in_name_only`. Returns those steps.
    pub(crate) fn cancel(&mut self, begun_in_name_only: &[StepId]) -> Vec<StepId> {
        let mut cancelled: BTreeSet<StepId> = std::mem::take(&mut self.blocked).into_keys().collect();
        cancelled.append(&mut self.ready);
        cancelled.extend(begun_in_name_only);
        self.begun.retain(|id| !cancelled.contains(id));
        cancelled.into_iter().collect()
    }

    /// The step of this number.
    pub(crate) fn step(&self, id: StepId) -> &'a Step {
        self.steps[&id]
    }

    /// Whether nothing is begun and nothing can begin.
    pub(crate) fn is_over(&self) -> bool {
        self.begun.is_empty() && self.ready.is_empty()
    }

    fn unblock_dependants(&mut self, of: StepId) {
        for &dependant in self.dependants.get(&of).into_iter().flatten() {
            let Some(waits_for) = self.blocked.get_mut(&dependant) else { continue };
            *waits_for -= 1;
            if *waits_for == 0 {
                self.blocked.remove(&dependant);
                self.ready.insert(dependant);
            }
        }
    }

    fn skip_dependants(&mut self, of: StepId, skipped: &mut Vec<StepId>) {
        let mut open = vec![of];
        while let Some(failed) = open.pop() {
            for &dependant in self.dependants.get(&failed).into_iter().flatten() {
                if self.blocked.remove(&dependant).is_some() {
                    skipped.push(dependant);
                    open.push(dependant);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
