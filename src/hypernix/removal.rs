//! What `destroy` takes away: what was named, what only that used, and of data only what is to go in words.

use std::collections::BTreeSet;

use model::{Address, Applied, DeletionPolicy, Desired, Kind};
use plan::Destroy;

/// What is taken away, and what stays.
#[derive(Clone, Debug, PartialEq)]
pub struct Removal {
    /// The resources that go.
    pub removed: BTreeSet<Address>,
    /// What the host is to hold afterwards.
    pub remaining: Desired,
}

impl Removal {
    /// Takes `named` out of what is wanted now. What is `protected` stays with all that it needs. Volumes stay unless
    /// data may be destroyed, and with them the pools and images that they need: then they are there when the same
    /// file is applied again.
    pub fn of(named: BTreeSet<Address>, current: &Desired, destroy: Destroy, protected: &BTreeSet<Address>) -> Self {
        let mut removed = named;
        let stays =
            |address: &&Address| protected.contains(*address) || (destroy == Destroy::Refuse && is_data(address.kind));
        let kept = with_needs(removed.iter().filter(stays).cloned().collect(), current);
        removed.retain(|address| !kept.contains(address));
        let mut remaining = current.clone();
        remaining.resources.retain(|address, _| !removed.contains(address));
        remaining.notes.clear();
        Self { removed, remaining }
    }
}

/// The units with what only they use: their seeds, files, images and own volumes.
pub fn with_belongings(units: BTreeSet<Address>, current: &Desired) -> BTreeSet<Address> {
    let mut all = units.clone();
    loop {
        let more: Vec<Address> = current
            .resources
            .keys()
            .filter(|address| !all.contains(*address) && belongs(address, &units))
            .filter(|address| {
                let (inside, outside): (Vec<_>, Vec<_>) =
                    users(address, current).into_iter().partition(|user| all.contains(user));
                !inside.is_empty() && outside.is_empty()
            })
            .cloned()
            .collect();
        if more.is_empty() {
            return all;
        }
        all.extend(more);
    }
}

/// What was last applied, as if it had been declared that its data goes with it: removing it was asked for in words.
pub fn as_if_deletable(applied: &Applied, removed: &BTreeSet<Address>) -> Applied {
    let mut applied = applied.clone();
    for (_, row) in applied.rows.iter_mut().filter(|(address, _)| removed.contains(*address)) {
        row.policy.deletion = DeletionPolicy::Delete;
    }
    applied
}

/// Whether a resource can belong to one of the units alone. Networks and pools are for everybody, and a volume is a
/// unit's own where it has its name: others were declared by themselves.
fn belongs(address: &Address, units: &BTreeSet<Address>) -> bool {
    match address.kind {
        Kind::Seed | Kind::File | Kind::Image | Kind::ContainerImage => true,
        Kind::Volume | Kind::DockerVolume => {
            let name = address.name.rsplit('/').next().unwrap_or(&address.name);
            units.iter().any(|unit| name.strip_prefix(unit.name.as_str()).is_some_and(|rest| rest.starts_with('-')))
        }
        Kind::Network | Kind::DockerNetwork | Kind::Pool | Kind::Domain | Kind::Container => false,
    }
}

/// The resources that use this one.
fn users<'a>(address: &Address, current: &'a Desired) -> Vec<&'a Address> {
    let uses = current.resources.iter().filter(|(_, resource)| resource.depends_on.contains(address));
    uses.map(|(user, _)| user).collect()
}

fn with_needs(mut all: BTreeSet<Address>, current: &Desired) -> BTreeSet<Address> {
    let mut open: Vec<Address> = all.iter().cloned().collect();
    while let Some(address) = open.pop() {
        let needs = current.resources.get(&address).map(|resource| &resource.depends_on);
        open.extend(needs.into_iter().flatten().filter(|need| all.insert((*need).clone())).cloned());
    }
    all
}

const fn is_data(kind: Kind) -> bool {
    matches!(kind, Kind::Volume | Kind::DockerVolume)
}

#[cfg(test)]
mod tests;
