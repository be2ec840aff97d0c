//! Orphans that hold, while they run, what a declared unit needs to start: a port, a host device. They are stopped
//! before it, not after everything else, for else it could never start.

use std::collections::{BTreeMap, BTreeSet};

use model::{Address, Spec};

use super::orphan::Orphan;
use crate::{Action, PlanInput, decide::Draft};

/// A thing that one unit can hold at a time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Held {
    /// A port of the host, with its protocol.
    Port(u16, String),
    /// A device of the host, by its address.
    Device(String),
}

/// Tells every orphan that is stopped which units wait for that.
pub(super) fn make_way(
    input: &PlanInput<'_>,
    made: &BTreeMap<Address, Draft>,
    orphans: &[Orphan<'_>],
    removed: &mut BTreeMap<Address, Draft>,
) {
    let starting: Vec<(&Address, BTreeSet<Held>)> = made
        .iter()
        .filter(|(_, draft)| draft.deeds.iter().any(|deed| starts(&deed.action)))
        .filter_map(|(address, _)| Some((address, held(&input.desired.resources.get(address)?.spec))))
        .filter(|(_, held)| !held.is_empty())
        .collect();
    for orphan in orphans {
        let Some(draft) = removed.get_mut(orphan.address).filter(|draft| draft.stop_ends().is_some()) else { continue };
        let holds = orphan.spec().map(held).unwrap_or_default();
        let waiting = starting.iter().filter(|(_, needs)| !needs.is_disjoint(&holds));
        draft.makes_way_for = waiting.map(|(address, _)| (*address).clone()).collect();
    }
}

const fn starts(action: &Action) -> bool {
    matches!(action, Action::Start | Action::Replace { start: true, .. } | Action::ChangeLive { .. })
}

/// What a unit holds while it runs.
pub(super) fn held(spec: &Spec) -> BTreeSet<Held> {
    match spec {
        Spec::Container(spec) => {
            let published = spec.ports.iter().flat_map(|(inside, bindings)| {
                let protocol = inside.split_once('/').map_or("tcp", |(_, protocol)| protocol);
                bindings.iter().filter_map(move |binding| Some(Held::Port(binding.port?, protocol.to_owned())))
            });
            published.collect()
        }
        Spec::Domain(spec) => {
            spec.host_devices.values().filter_map(|device| device.address.clone().map(Held::Device)).collect()
        }
        _ => BTreeSet::new(),
    }
}
