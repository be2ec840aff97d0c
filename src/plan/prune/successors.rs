//! What has to be made before something goes. What takes its place must have proved itself, and what still holds on
//! to it must have let go; a removal that has nothing to do with a step that fails is not held back by it.
//!
//! ```text
//!   everything   data that is destroyed, and images: they are what a way back would need
//!   its own      whoever used it, or depended on it, when it was last applied
//!                the unit of its name on another backend, or that had its name before
//!                a unit that uses a volume or file of its own, a port or a device of its own
//! ```

use std::collections::{BTreeMap, BTreeSet};

use model::{Address, Kind, ObservedResource, Seen, Spec};

use super::orphan::Orphan;
use crate::{
    Action, Data, PlanInput, Removals,
    decide::{Draft, Predecessors, renamed_from},
    handover::{Held, held},
    references::{Use, kept_at, uses},
};

/// What a resource is told by as a successor.
struct Made<'a> {
    address: &'a Address,
    /// What it used and depended on when it was last applied, or shows to use now.
    held_on_to: BTreeSet<Use>,
    /// What it uses that one unit at a time does.
    takes: BTreeSet<Use>,
    holds: BTreeSet<Held>,
}

/// Tells every removal what has to be made before it.
pub(super) fn wait_for(
    input: &PlanInput<'_>,
    made: &BTreeMap<Address, Draft>,
    orphans: &[Orphan<'_>],
    removed: &mut BTreeMap<Address, Draft>,
) {
    if input.options.removals == Removals::Last {
        return;
    }
    let changed = made.iter().filter(|(_, draft)| !draft.deeds.is_empty());
    let successors: Vec<Made<'_>> = changed.map(|(address, _)| Made::of(input, address)).collect();
    for orphan in orphans {
        let Some(draft) = removed.get_mut(orphan.address) else { continue };
        if !is_a_way_back(orphan.address.kind, draft) {
            let first = successors.iter().filter(|made| made.succeeds(input, orphan));
            draft.goes_after = Predecessors::Only(first.map(|made| made.address.clone()).collect());
        }
    }
}

/// Whether what goes could be missed once something else has failed.
fn is_a_way_back(kind: Kind, draft: &Draft) -> bool {
    let destroys = |action: &Action| matches!(action, Action::Delete { data: Data::Destroy });
    matches!(kind, Kind::Image | Kind::ContainerImage) || draft.deeds.iter().any(|deed| destroys(&deed.action))
}

impl<'a> Made<'a> {
    fn of(input: &'a PlanInput<'_>, address: &'a Address) -> Self {
        let before = renamed_from(input, address);
        let before = before.as_ref().unwrap_or(address);
        let row = input.applied.rows.get(before);
        let depended = row.into_iter().flat_map(|row| row.depends_on.iter().cloned().map(Use::Resource));
        let applied = row.into_iter().flat_map(|row| uses(&row.spec));
        let seen = input.observed.resources.get(before).into_iter().flat_map(seen_uses);
        let wanted = input.desired.resources.get(address).map(|resource| &resource.spec);
        Self {
            address,
            held_on_to: depended.chain(applied).chain(seen).collect(),
            takes: wanted.map(exclusive).unwrap_or_default(),
            holds: wanted.map(held).unwrap_or_default(),
        }
    }

    fn succeeds(&self, input: &PlanInput<'_>, orphan: &Orphan<'_>) -> bool {
        let path = orphan.spec().and_then(kept_at).map(|path| Use::Path(path.to_owned()));
        let itself = [Some(Use::Resource(orphan.address.clone())), path];
        itself.iter().flatten().any(|used| self.held_on_to.contains(used))
            || self.has_its_name(input, orphan.address)
            || orphan
                .spec()
                .is_some_and(|spec| !self.takes.is_disjoint(&exclusive(spec)) || !self.holds.is_disjoint(&held(spec)))
    }

    fn has_its_name(&self, input: &PlanInput<'_>, gone: &Address) -> bool {
        let had = |name: &model::Name| name.as_str() == gone.name;
        let resource = input.desired.resources.get(self.address);
        let both_units = self.address.kind.is_unit() && gone.kind.is_unit();
        both_units
            && (self.address.name == gone.name || resource.is_some_and(|unit| unit.previous_names.iter().any(had)))
    }
}

fn seen_uses(seen: &ObservedResource) -> BTreeSet<Use> {
    match &seen.seen {
        Seen::Parsed { config, live } => uses(config).into_iter().chain(live.iter().flat_map(uses)).collect(),
        Seen::Unchanged => BTreeSet::new(),
    }
}

/// What of a specification's uses belongs to one unit at a time: the places where its data is.
fn exclusive(spec: &Spec) -> BTreeSet<Use> {
    let is_data = |used: &Use| match used {
        Use::Resource(address) => matches!(address.kind, Kind::Volume | Kind::DockerVolume),
        Use::Path(_) => true,
    };
    match spec {
        Spec::Domain(_) | Spec::Container(_) => uses(spec).into_iter().filter(is_data).collect(),
        _ => BTreeSet::new(),
    }
}
