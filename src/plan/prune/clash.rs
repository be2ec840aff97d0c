//! Orphans that hold, while they run, what a declared unit needs to start: a port, a host device. They are stopped
//! before it, not after everything else, for else it could never start.

use std::collections::BTreeMap;

use model::Address;

use super::orphan::Orphan;
use crate::{
    PlanInput,
    decide::Draft,
    handover::{held, starting, waiting},
};

/// Tells every orphan that is stopped which units wait for that.
pub(super) fn make_way(
    input: &PlanInput<'_>,
    made: &BTreeMap<Address, Draft>,
    orphans: &[Orphan<'_>],
    removed: &mut BTreeMap<Address, Draft>,
) {
    let starting = starting(input, made);
    for orphan in orphans {
        let Some(draft) = removed.get_mut(orphan.address).filter(|draft| draft.stop_ends().is_some()) else { continue };
        let holds = orphan.spec().map(held).unwrap_or_default();
        draft.makes_way_for = waiting(&starting, &holds);
    }
}
