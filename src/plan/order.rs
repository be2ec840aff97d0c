//! Numbers the steps: what a step needs comes before it, a removal comes after all that takes its place or still
//! holds on to it, removals among themselves come in reverse, and nothing else is ordered, so that independent steps
//! can run side by side.

use std::collections::{BTreeMap, BTreeSet};

use model::Address;

use crate::{
    Action, ResourceChange, Step, StepId,
    decide::{Deed, Draft, Predecessors},
    estimate::estimate_ms,
    references::Graph,
};

/// How many steps run side by side, for the estimate.
const WORKERS: u64 = 8;

/// Steps with numbers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ordered {
    /// The steps.
    pub(crate) steps: Vec<Step>,
    /// How long all of it takes, roughly.
    pub(crate) estimate_ms: u64,
    /// Resources that depend on each other in a circle; their steps are missing.
    pub(crate) cycle: Option<Vec<Address>>,
    by_resource: BTreeMap<Address, Vec<StepId>>,
}

/// A step's place before it has a number: when, whose, and the how-manieth of that resource.
type Place<'a> = (Phase, &'a Address, usize);

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Make,
    Remove,
}

/// Orders and numbers the deeds.
pub(crate) fn order(made: &BTreeMap<Address, Draft>, removed: &BTreeMap<Address, Draft>, graph: &Graph) -> Ordered {
    let mut edges = Edges::default();
    for (address, draft) in made {
        edges.chain(Phase::Make, address, draft.deeds.len());
        for needed in graph.needs(address) {
            edges.link(Phase::Make, needed, made.get(needed), address, draft);
        }
    }
    for (address, draft) in removed {
        edges.chain(Phase::Remove, address, draft.deeds.len());
    }
    for (user, draft) in removed {
        for used in &draft.frees {
            if let Some((used, after)) = removed.get_key_value(used) {
                edges.link(Phase::Remove, user, Some(draft), used, after);
            }
        }
    }
    edges.make_way(made, removed);
    edges.hand_over(made);
    edges.put_removals_behind(made, removed);
    edges.reduce();
    number(&edges, made, removed)
}

impl Ordered {
    /// A resource's change with its steps in it.
    pub(crate) fn change(&self, address: &Address, draft: &Draft) -> ResourceChange {
        let mut change = draft.change.clone();
        let carrier = draft.carried_by.as_ref();
        let steps = self.by_resource.get(carrier.unwrap_or(address)).into_iter().flatten();
        let step = |id: &StepId| &self.steps[id.0 as usize - 1];
        let its = |id: &&StepId| carrier.is_none() || matches!(step(id).action, Action::ChangeLive { .. });
        change.steps = steps.filter(its).copied().collect();
        let own = change.steps.iter().filter(|_| carrier.is_none());
        change.estimate_ms = own.map(|id| estimate_ms(step(id).address.kind, &step(id).action)).sum();
        change
    }
}

/// Which place comes after which.
#[derive(Clone, Debug, Default)]
struct Edges<'a> {
    before: BTreeMap<Place<'a>, BTreeSet<Place<'a>>>,
}

impl<'a> Edges<'a> {
    /// A resource's deeds, one after the other.
    fn chain(&mut self, phase: Phase, address: &'a Address, length: usize) {
        for at in 0..length {
            let before = at.checked_sub(1).map(|before| (phase, address, before));
            self.before.entry((phase, address, at)).or_default().extend(before);
        }
    }

    /// Everything of `first` before anything of `second`.
    fn link(&mut self, phase: Phase, first: &'a Address, of: Option<&Draft>, second: &'a Address, draft: &Draft) {
        let Some(last) = of.and_then(|first| first.deeds.len().checked_sub(1)) else { return };
        if !draft.deeds.is_empty() {
            self.before.entry((phase, second, 0)).or_default().insert((phase, first, last));
        }
    }

    /// Stops what holds something before whoever needs that.
    fn make_way(&mut self, made: &'a BTreeMap<Address, Draft>, removed: &'a BTreeMap<Address, Draft>) {
        for (address, draft) in removed {
            let Some(stopped) = draft.stop_ends() else { continue };
            for waiting in draft.makes_way_for.iter().filter_map(|waiting| made.get_key_value(waiting)) {
                let first = (Phase::Make, waiting.0, 0);
                self.before.entry(first).or_default().insert((Phase::Remove, address, stopped - 1));
            }
        }
    }

    /// Has a unit give up what another one takes before that one begins. Two that swap cannot both come first.
    fn hand_over(&mut self, made: &'a BTreeMap<Address, Draft>) {
        for (address, draft) in made {
            let Some(given) = last_place((address, draft)) else { continue };
            for (taker, taking) in draft.makes_way_for.iter().filter_map(|taker| made.get_key_value(taker)) {
                if !self.earlier(&BTreeSet::from([given])).contains(&(Phase::Make, taker, 0)) {
                    self.link(Phase::Make, address, Some(draft), taker, taking);
                }
            }
        }
    }

    /// Everything that comes before any of these places, directly or not.
    fn earlier(&self, places: &BTreeSet<Place<'a>>) -> BTreeSet<Place<'a>> {
        let mut earlier = BTreeSet::new();
        let mut open: Vec<Place<'a>> = places.iter().flat_map(|place| self.before[place].iter().copied()).collect();
        while let Some(next) = open.pop() {
            if earlier.insert(next) {
                open.extend(self.before[&next].iter().copied());
            }
        }
        earlier
    }

    /// Takes out what follows from the rest.
    fn reduce(&mut self) {
        let several: Vec<Place<'a>> =
            self.before.iter().filter(|(_, before)| before.len() > 1).map(|(place, _)| *place).collect();
        for place in several {
            let direct = self.before[&place].clone();
            let implied = self.earlier(&direct);
            if !implied.contains(&place) {
                self.before.insert(place, direct.difference(&implied).copied().collect());
            }
        }
    }

    /// Puts every removal behind what has to be made before it, save the stops that others wait for.
    fn put_removals_behind(&mut self, made: &'a BTreeMap<Address, Draft>, removed: &'a BTreeMap<Address, Draft>) {
        let everything = self.last_made();
        let waits_for_all = |place: &Place<'a>| {
            place.0 == Phase::Remove && removed.get(place.1).is_some_and(|draft| draft.goes_after == Predecessors::All)
        };
        for (address, draft) in removed {
            let early = if draft.makes_way_for.is_empty() { None } else { draft.stop_ends() };
            let begins = (Phase::Remove, address, early.unwrap_or(0));
            let mut known = self.before.get(&begins).into_iter().flatten();
            let follows_one_that_does = early.is_none() && known.any(waits_for_all);
            let before: BTreeSet<Place<'a>> = match &draft.goes_after {
                Predecessors::All if follows_one_that_does => BTreeSet::new(),
                Predecessors::All => everything.clone(),
                Predecessors::Only(first) => {
                    first.iter().filter_map(|address| last_place(made.get_key_value(address)?)).collect()
                }
            };
            if let Some(known) = self.before.get_mut(&begins) {
                known.extend(before);
            }
        }
    }

    /// The places of the making phase that nothing else of it waits for.
    fn last_made(&self) -> BTreeSet<Place<'a>> {
        let made = || self.before.iter().filter(|(place, _)| place.0 == Phase::Make);
        let needed: BTreeSet<Place<'a>> = made().flat_map(|(_, before)| before).copied().collect();
        made().map(|(place, _)| *place).filter(|place| !needed.contains(place)).collect()
    }

    /// Addresses in a circle, where there is one among the places that could not be numbered.
    fn circle(&self, numbered: &BTreeMap<Place<'a>, StepId>) -> Option<Vec<Address>> {
        let mut place = self.before.keys().find(|place| !numbered.contains_key(*place))?;
        let mut seen: Vec<&Place<'a>> = Vec::new();
        while !seen.contains(&place) {
            seen.push(place);
            place = self.before[place].iter().find(|before| !numbered.contains_key(*before))?;
        }
        let start = seen.iter().position(|p| *p == place)?;
        let mut addresses: Vec<Address> = seen[start..].iter().map(|place| place.1.clone()).collect();
        addresses.dedup();
        if addresses.len() > 1 && addresses.first() == addresses.last() {
            addresses.pop();
        }
        addresses.reverse();
        Some(addresses)
    }
}

/// The place of the last deed of what is made.
fn last_place<'a>((address, draft): (&'a Address, &Draft)) -> Option<Place<'a>> {
    Some((Phase::Make, address, draft.deeds.len().checked_sub(1)?))
}

/// Numbers the places: of those that can come next, the one first by phase, address and place in its chain.
fn number(edges: &Edges<'_>, made: &BTreeMap<Address, Draft>, removed: &BTreeMap<Address, Draft>) -> Ordered {
    let mut open: BTreeMap<Place<'_>, usize> = edges.before.iter().map(|(p, before)| (*p, before.len())).collect();
    let mut after: BTreeMap<Place<'_>, Vec<Place<'_>>> = BTreeMap::new();
    for (place, before) in &edges.before {
        for earlier in before {
            after.entry(*earlier).or_default().push(*place);
        }
    }
    let mut ready: BTreeSet<Place<'_>> = open.iter().filter(|(_, n)| **n == 0).map(|(place, _)| *place).collect();
    let mut numbered: BTreeMap<Place<'_>, StepId> = BTreeMap::new();
    let mut ends: BTreeMap<StepId, u64> = BTreeMap::new();
    let mut ordered = Ordered::default();
    let mut total = 0;
    while let Some(place) = ready.pop_first() {
        let Some(deed) = deed(place, made, removed) else { continue };
        let id = StepId(u32::try_from(ordered.steps.len()).unwrap_or(u32::MAX).saturating_add(1));
        let before: BTreeSet<StepId> = edges.before[&place].iter().map(|earlier| numbered[earlier]).collect();
        let takes = estimate_ms(deed.address.kind, &deed.action);
        total += takes;
        ends.insert(id, takes + before.iter().map(|id| ends[id]).max().unwrap_or(0));
        ordered.by_resource.entry(place.1.clone()).or_default().push(id);
        ordered.steps.push(Step { id, address: deed.address.clone(), action: deed.action.clone(), after: before });
        numbered.insert(place, id);
        for next in after.get(&place).into_iter().flatten() {
            if let Some(left) = open.get_mut(next) {
                *left -= 1;
                if *left == 0 {
                    ready.insert(*next);
                }
            }
        }
    }
    ordered.cycle = edges.circle(&numbered);
    ordered.estimate_ms = ends.values().copied().max().unwrap_or(0).max(total / WORKERS);
    ordered
}

fn deed<'d>(
    place: Place<'_>,
    made: &'d BTreeMap<Address, Draft>,
    removed: &'d BTreeMap<Address, Draft>,
) -> Option<&'d Deed> {
    let drafts = if place.0 == Phase::Make { made } else { removed };
    drafts.get(place.1)?.deeds.get(place.2)
}

#[cfg(test)]
mod tests;
