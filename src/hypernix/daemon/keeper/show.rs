//! Shows what is known: to the doors, to the log, to Prometheus.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use api::view::{BackendState, Phase, Snapshot, Unit, UnitChange};
use jiff::Timestamp;
use model::Backend;

use super::{Keeper, tell, units, work::Kind};

impl Keeper {
    /// Publishes what is known now, and tells what changed since it was last published.
    pub(super) fn show(&mut self) {
        let now = Timestamp::now();
        let before = self.shown.borrow().clone();
        let all: BTreeMap<Backend, BackendState> =
            self.tracked.iter().map(|(backend, tracked)| (*backend, tracked.state.clone())).collect();
        let is_working = matches!(self.working, Some((Kind::Reconcile, _)));
        let units = units::units(
            &units::Sight {
                known: &self.known,
                observed: &self.observed,
                backends: &all,
                drift: &self.drift,
                health: &self.health,
                is_working,
                owner: self.world.reconciler.owner(),
                now,
            },
            &before.units,
        );
        let backends = all.into_iter().filter(|(backend, state)| self.is_worth_showing(*backend, state)).collect();
        let (drift, generation) = (self.drift.clone(), self.known.generation);
        let snapshot = Arc::new(Snapshot { units, drift, generation, backends });
        self.figures.show(&snapshot);
        // What was there before the daemon began is no news.
        if self.phase() != Phase::Starting {
            changes(&before.units, &snapshot.units).into_iter().for_each(|change| self.tell(change, now));
        }
        self.shown.send_replace(snapshot);
    }

    /// One that nothing needs and that does not answer is nothing to speak of.
    fn is_worth_showing(&self, backend: Backend, state: &BackendState) -> bool {
        let is_up = matches!(state, BackendState::Up { .. });
        backend != Backend::Host && (is_up || self.known.needs(backend))
    }

    fn tell(&self, change: UnitChange, now: Timestamp) {
        tell::events(&change, now).into_iter().for_each(|event| self.pen.write(event));
        if self.changes.send(change).is_err() {
            tracing::trace!("nobody follows the units");
        }
    }
}

/// What differs between two moments.
fn changes(before: &BTreeMap<String, Arc<Unit>>, after: &BTreeMap<String, Arc<Unit>>) -> Vec<UnitChange> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let pairs = names.into_iter().map(|name| (name, before.get(name), after.get(name)));
    let changed = pairs.filter(|(_, before, after)| match (before, after) {
        (Some(before), Some(after)) => !Arc::ptr_eq(before, after),
        _ => true,
    });
    changed
        .map(|(name, before, after)| UnitChange { name: name.clone(), before: before.cloned(), after: after.cloned() })
        .collect()
}
