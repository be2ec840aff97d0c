//! What one unit gives up and another takes in the same plan: a port, a host device. The first goes before the second,
//! which could not start before.

use std::collections::{BTreeMap, BTreeSet};

use model::{Address, Seen, Spec};

use crate::{Action, PlanInput, decide::Draft};

/// A thing that one unit can hold at a time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Held {
    /// A port of the host, with its protocol.
    Port(u16, String),
    /// A device of the host, by its address.
    Device(String),
}

/// Tells every unit that gives something up who waits for that.
pub(crate) fn hand_over(input: &PlanInput<'_>, made: &mut BTreeMap<Address, Draft>) {
    let taken = starting(input, made);
    let given = made.keys().filter_map(|address| Some((address, given_up(input, address)?)));
    let mut takers: BTreeMap<Address, BTreeSet<Address>> = BTreeMap::new();
    for (giver, given) in given {
        takers.insert(giver.clone(), waiting(&taken, &given));
    }
    for (giver, takers) in takers {
        if let Some(draft) = made.get_mut(&giver) {
            draft.makes_way_for = takers;
        }
    }
}

/// The units that are started, or changed while they run, with what they need to themselves.
pub(crate) fn starting<'a>(
    input: &PlanInput<'_>,
    made: &'a BTreeMap<Address, Draft>,
) -> Vec<(&'a Address, BTreeSet<Held>)> {
    made.iter()
        .filter(|(_, draft)| draft.deeds.iter().any(|deed| starts(&deed.action)))
        .filter_map(|(address, _)| Some((address, held(&input.desired.resources.get(address)?.spec))))
        .filter(|(_, held)| !held.is_empty())
        .collect()
}

/// Which of those that start wait for something of this.
pub(crate) fn waiting(starting: &[(&Address, BTreeSet<Held>)], holds: &BTreeSet<Held>) -> BTreeSet<Address> {
    let waiting = starting.iter().filter(|(_, needs)| !needs.is_disjoint(holds));
    waiting.map(|(address, _)| (*address).clone()).collect()
}

/// What a declared unit has and is not to have any more.
fn given_up(input: &PlanInput<'_>, address: &Address) -> Option<BTreeSet<Held>> {
    let now = match &input.observed.resources.get(address)?.seen {
        Seen::Parsed { config, live } => live.as_ref().unwrap_or(config),
        Seen::Unchanged => &input.applied.rows.get(address)?.spec,
    };
    let wanted = held(&input.desired.resources.get(address)?.spec);
    Some(held(now).difference(&wanted).cloned().collect())
}

const fn starts(action: &Action) -> bool {
    matches!(action, Action::Start | Action::Replace { start: true, .. } | Action::ChangeLive { .. })
}

/// What a unit holds while it runs.
pub(crate) fn held(spec: &Spec) -> BTreeSet<Held> {
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
