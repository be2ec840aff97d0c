//! How much may go at once before somebody has to say that it is meant.

use model::{Kind, Ownership};

use crate::{Plan, PlanError, PlanInput, Verb};

/// This many may always go.
const ALWAYS: usize = 2;
/// One in so many may go.
const ONE_IN: usize = 5;

/// The reason to refuse a plan under which too much would go.
pub(crate) fn limit(input: &PlanInput<'_>, plan: &Plan) -> Option<PlanError> {
    let pruned = plan.changes.iter().filter(|change| {
        let goes = matches!(change.verb, Verb::Orphan | Verb::Remove | Verb::Destroy | Verb::Release);
        let declared = input.desired.resources.contains_key(&change.address);
        let row = input.applied.rows.get(&change.address);
        let known = row.is_some_and(|row| row.orphaned_since.is_some());
        goes && !declared && !known && (counts(change.address.kind) || change.verb == Verb::Destroy)
    });
    let pruned = pruned.count();
    let owned = input
        .observed
        .resources
        .iter()
        .filter(|(address, seen)| counts(address.kind) && matches!(seen.ownership, Ownership::Ours { .. }))
        .count();
    let empty = input.desired.resources.is_empty() && pruned > 0;
    if !empty && pruned <= ALWAYS.max(owned / ONE_IN) {
        return None;
    }
    let hash = plan.hash();
    if input.options.allow_prune.as_ref() == Some(&hash) {
        return None;
    }
    Some(if empty {
        PlanError::EmptyDeclaration { owned, hash }
    } else {
        PlanError::TooManyPruned { pruned, owned, hash }
    })
}

/// What counts: units and what they stand on, not the files and images that come and go with them.
const fn counts(kind: Kind) -> bool {
    matches!(kind, Kind::Domain | Kind::Container | Kind::Network | Kind::DockerNetwork | Kind::Pool)
}
