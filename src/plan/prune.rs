//! What becomes of what is no longer declared: it is stopped at once, removed after its grace, never where it is
//! protected or still used, and its data only goes where that was applied earlier and is allowed now.

mod clash;
mod limit;
mod orphan;
mod successors;
mod users;

use std::collections::BTreeMap;

use model::{Address, DeletionPolicy, Kind, ObservedResource, Ownership};

use crate::{
    PlanInput,
    decide::{Draft, Findings, renamed_from},
    references::{Use, kept_at, uses},
    scope::Scope,
};

pub(crate) use limit::limit;
use orphan::Orphan;
use users::{Going, Users};

/// Decides about everything that is ours and no longer declared.
pub(crate) fn prune(
    input: &PlanInput<'_>,
    scope: &Scope<'_>,
    made: &BTreeMap<Address, Draft>,
    findings: &mut Findings,
) -> BTreeMap<Address, Draft> {
    drop_rows_of_what_is_gone(input, scope, findings);
    let renamed: Vec<Address> = input.desired.resources.keys().filter_map(|a| renamed_from(input, a)).collect();
    let orphans: Vec<Orphan<'_>> = input
        .observed
        .resources
        .iter()
        .filter(|(address, seen)| {
            matches!(seen.ownership, Ownership::Ours { .. })
                && !input.desired.resources.contains_key(*address)
                && !renamed.contains(address)
                && scope.prunes(address)
                && !was_released(input, address, seen)
        })
        .map(|(address, seen)| Orphan { input, address, seen, row: input.applied.rows.get(address) })
        .collect();
    let mut removed = BTreeMap::new();
    if orphans.is_empty() {
        return removed;
    }
    let mut users = Users::of(input, made);
    for orphan in orphans.iter().rev() {
        if let Some(draft) = orphan.decide(&users) {
            if let Some(going) = orphan.going(&draft) {
                users.without(orphan.address, going);
            }
            if orphan.needs_tombstone(&draft) {
                findings.settled.insert(orphan.address.clone());
            }
            removed.insert(orphan.address.clone(), draft);
        }
    }
    link(&orphans, &mut removed);
    clash::make_way(input, made, &orphans, &mut removed);
    successors::wait_for(input, made, &orphans, &mut removed);
    removed
}

/// Fills in, for every removed resource, which of the others it used: those go after it.
fn link(orphans: &[Orphan<'_>], removed: &mut BTreeMap<Address, Draft>) {
    let mut kept: BTreeMap<Use, Address> = BTreeMap::new();
    for orphan in orphans.iter().filter(|orphan| removed.contains_key(orphan.address)) {
        kept.insert(Use::Resource(orphan.address.clone()), orphan.address.clone());
        if let Some(path) = orphan.spec().and_then(kept_at) {
            kept.insert(Use::Path(path.to_owned()), orphan.address.clone());
        }
    }
    for orphan in orphans {
        let used = orphan.spec().map(uses).unwrap_or_default();
        if let Some(draft) = removed.get_mut(orphan.address) {
            draft.frees = used.iter().filter_map(|used| kept.get(used)).cloned().collect();
        }
    }
}

/// Whether we let it go already: the engine cannot take our labels off its networks and volumes.
fn was_released(input: &PlanInput<'_>, address: &Address, seen: &ObservedResource) -> bool {
    let retained = matches!(seen.ownership, Ownership::Ours { deletion: DeletionPolicy::Retain, .. });
    let labelled = matches!(address.kind, Kind::DockerNetwork | Kind::DockerVolume);
    labelled && retained && !input.applied.rows.contains_key(address)
}

/// Rows of resources that are neither declared nor there say nothing any more.
fn drop_rows_of_what_is_gone(input: &PlanInput<'_>, scope: &Scope<'_>, findings: &mut Findings) {
    let gone = input.applied.rows.keys().filter(|address| {
        let there = input.observed.resources.contains_key(*address);
        !there && !input.desired.resources.contains_key(*address) && scope.prunes(address)
    });
    findings.settled.extend(gone.cloned());
}
