//! Units as they are shown. Pure.

use std::{collections::BTreeMap, sync::Arc};

use api::view::{BackendState, Drift, Health, Size, State, Unit};
use jiff::Timestamp;
use model::{Address, Backend, Observed, ObservedResource, OwnerId, Ownership, PowerState, Seen, Spec, uuid_for};

use super::known::Known;

/// What units are made of.
pub(super) struct Sight<'a> {
    pub(super) known: &'a Known,
    pub(super) observed: &'a Observed,
    pub(super) backends: &'a BTreeMap<Backend, BackendState>,
    pub(super) drift: &'a BTreeMap<Address, Drift>,
    /// What the engine's own checks say of containers.
    pub(super) health: &'a BTreeMap<Address, Health>,
    /// What is being made at the moment.
    pub(super) is_working: bool,
    pub(super) owner: OwnerId,
    pub(super) now: Timestamp,
}

/// The units that are declared or ours. One that is as it was in `before` is the very same.
pub(super) fn units(sight: &Sight<'_>, before: &BTreeMap<String, Arc<Unit>>) -> BTreeMap<String, Arc<Unit>> {
    let declared = sight.known.desired.units().map(|(address, _)| address);
    let ours = sight.observed.resources.iter().filter(|(address, found)| address.kind.is_unit() && is_ours(found));
    let addresses = ours.map(|(address, _)| address).chain(declared);
    addresses
        .map(|address| {
            let old = before.get(&address.name);
            let unit = sight.unit(address);
            let same = old.filter(|old| Unit { changed: old.changed, ..unit.clone() } == ***old);
            (address.name.clone(), same.map_or_else(|| Arc::new(unit), Arc::clone))
        })
        .collect()
}

fn is_ours(found: &ObservedResource) -> bool {
    matches!(found.ownership, Ownership::Ours { .. })
}

impl Sight<'_> {
    fn unit(&self, address: &Address) -> Unit {
        let found = self.observed.resources.get(address);
        let declared = self.known.declared.get(&address.name).cloned();
        let state = self.state(address, found);
        let drift = self.drift.get(address).cloned();
        let given = declared.as_ref().map(|declared| declared.unit.uuid.as_str()).filter(|uuid| !uuid.is_empty());
        Unit {
            name: address.name.clone(),
            address: address.clone(),
            uuid: given.map_or_else(|| uuid_for(self.owner, address).to_string(), str::to_owned),
            declared,
            size: self.size(address, found),
            state,
            health: self.health(address, state, drift.as_ref()),
            drift,
            changed: self.now,
        }
    }

    fn state(&self, address: &Address, found: Option<&ObservedResource>) -> State {
        if !matches!(self.backends.get(&address.kind.backend()), Some(BackendState::Up { .. })) {
            return State::Unknown;
        }
        match found.map(|found| found.power) {
            None if self.is_working => State::Creating,
            None => State::Pending,
            Some(PowerState::Running) => State::Running,
            Some(PowerState::Paused) => State::Paused,
            Some(PowerState::Stopping) => State::Stopping,
            Some(PowerState::Restarting) => State::Starting,
            Some(PowerState::Off | PowerState::Finished) => State::Stopped,
            Some(PowerState::Crashed) => State::Failed,
        }
    }

    fn health(&self, address: &Address, state: State, drift: Option<&Drift>) -> Health {
        match state {
            State::Failed => Health::Unhealthy,
            State::Starting => Health::Degraded,
            State::Running | State::Paused => match (self.health.get(address), drift) {
                (Some(Health::Unhealthy), _) => Health::Unhealthy,
                (_, Some(_)) => Health::Degraded,
                (checked, None) => checked.copied().unwrap_or(Health::Healthy),
            },
            State::Pending | State::Creating | State::Stopping | State::Stopped | State::Unknown => Health::Unknown,
        }
    }

    fn size(&self, address: &Address, found: Option<&ObservedResource>) -> Size {
        let declared = self.known.desired.resources.get(address).map(|resource| &resource.spec);
        let applied = self.known.applied.rows.get(address).map(|row| &row.spec);
        let seen = found.and_then(|found| match &found.seen {
            Seen::Parsed { config, .. } => Some(config),
            Seen::Unchanged => None,
        });
        match declared.or(applied).or(seen) {
            Some(Spec::Domain(spec)) => Size {
                shares: u64::from(spec.vcpus.current.or(spec.vcpus.maximum).unwrap_or(1)) * 100,
                memory: spec.memory.current.or(spec.memory.maximum).unwrap_or_default(),
            },
            Some(Spec::Container(spec)) => Size {
                shares: spec.limits.nano_cpus.unwrap_or_default() / 10_000_000,
                memory: spec.limits.memory.unwrap_or_default(),
            },
            _ => Size::default(),
        }
    }
}
