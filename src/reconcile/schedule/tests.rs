use std::collections::BTreeSet;

use model::{Address, Kind};
use plan::{Action, Step, StepId};

use super::Schedule;
use crate::StepStatus;

fn start(id: u32, after: &[u32]) -> Step {
    let after: BTreeSet<StepId> = after.iter().copied().map(StepId).collect();
    Step { id: StepId(id), address: Address::new(Kind::Domain, format!("d{id}")), action: Action::Start, after }
}

/// Plays a plan: each line is what begins, then each ends (those in `failing` by failing).
#[track_caller]
fn check(steps: &[Step], failing: &[u32], expected: &[&str]) {
    let mut schedule = Schedule::new(steps);
    let mut lines = Vec::new();
    while !schedule.is_over() {
        let ids: Vec<StepId> = schedule.begin_ready().iter().map(|step| step.id).collect();
        let mut line = format!("begin {:?}", ids.iter().map(|id| id.0).collect::<Vec<_>>());
        for id in ids {
            let failed = failing.contains(&id.0);
            let status = if failed { StepStatus::Failed { error: "no".into() } } else { StepStatus::Done };
            let skipped = schedule.end(id, &status);
            if !skipped.is_empty() {
                line += &format!(", skip {:?} for {}", skipped.iter().map(|id| id.0).collect::<Vec<_>>(), id.0);
            }
        }
        lines.push(line);
    }
    assert_eq!(lines, expected);
}

#[test]
fn independent_steps_begin_together_and_dependants_follow() {
    check(
        &[start(1, &[]), start(2, &[]), start(3, &[1]), start(4, &[2, 3])],
        &[],
        &["begin [1, 2]", "begin [3]", "begin [4]"],
    );
}

#[test]
fn a_failure_skips_what_depends_on_it_however_far_and_nothing_else() {
    check(
        &[start(1, &[]), start(2, &[1]), start(3, &[2]), start(4, &[]), start(5, &[4])],
        &[1],
        &["begin [1, 4], skip [2, 3] for 1", "begin [5]"],
    );
}

#[test]
fn stopping_leaves_what_is_under_way_and_begins_nothing_more() {
    let steps = [start(1, &[]), start(2, &[]), start(3, &[1])];
    let mut schedule = Schedule::new(&steps);
    assert_eq!(schedule.begin_ready().len(), 2);
    assert_eq!(schedule.cancel(&[StepId(2)]), [StepId(2), StepId(3)]);
    assert!(!schedule.is_over(), "step 1 is under way");
    schedule.end(StepId(1), &StepStatus::Done);
    assert!(schedule.is_over());
}
