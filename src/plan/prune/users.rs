//! Who still uses what once the plan is carried out.

use std::collections::{BTreeMap, BTreeSet};

use model::{Address, FieldPath, Kind, ObservedResource, Ownership, Seen, Spec};

use crate::{
    Action, Effect, Fate, PlanInput,
    decide::{Deed, Draft},
    power::is_active,
    references::{Use, kept_at, uses, uses_by_field},
};

/// Users by what they use.
#[derive(Clone, Debug, Default)]
pub(super) struct Users {
    by_use: BTreeMap<Use, BTreeSet<Address>>,
    gone: BTreeSet<Address>,
    destroyed: BTreeSet<Address>,
}

/// How a resource goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Going {
    /// It is no longer managed, and stays.
    OutOfCare,
    /// It is removed.
    OutOfExistence,
}

impl Users {
    /// Finds the users: everything that is declared, and everything that is there, for what it keeps of its uses.
    pub(super) fn of(input: &PlanInput<'_>, made: &BTreeMap<Address, Draft>) -> Self {
        let mut users = Self::default();
        for (address, resource) in &input.desired.resources {
            users.add(address, &resource.spec);
        }
        for (address, seen) in &input.observed.resources {
            let foreign_volume = address.kind == Kind::Volume && !matches!(seen.ownership, Ownership::Ours { .. });
            if foreign_volume {
                continue;
            }
            let change = made.get(address).or_else(|| renaming(made, address)).filter(|draft| !draft.deeds.is_empty());
            for used in kept_uses(input, address, seen, change) {
                users.by_use.entry(used).or_default().insert(address.clone());
            }
        }
        users
    }

    /// Says that a resource goes: out of our care, or out of existence.
    pub(super) fn without(&mut self, address: &Address, going: Going) {
        self.gone.insert(address.clone());
        if going == Going::OutOfExistence {
            self.destroyed.insert(address.clone());
        }
    }

    /// Somebody who still uses the resource.
    pub(super) fn of_resource(&self, address: &Address, spec: Option<&Spec>) -> Option<&Address> {
        let by_name = self.user(&Use::Resource(address.clone()));
        by_name.or_else(|| self.user(&Use::Path(spec.and_then(kept_at)?.to_owned())))
    }

    /// A volume that goes out of our care and lies over the file of such an image.
    pub(super) fn retained_over(&self, image: Option<&Spec>) -> Option<&Address> {
        let used = Use::Path(image.and_then(kept_at)?.to_owned());
        self.by_use.get(&used)?.iter().find(|user| self.gone.contains(*user) && !self.destroyed.contains(*user))
    }

    /// Whether the resource goes out of existence.
    pub(super) fn is_destroyed(&self, address: &Address) -> bool {
        self.destroyed.contains(address)
    }

    fn user(&self, used: &Use) -> Option<&Address> {
        self.by_use.get(used)?.iter().find(|user| !self.gone.contains(*user))
    }

    fn add(&mut self, user: &Address, spec: &Spec) {
        for used in uses(spec) {
            self.by_use.entry(used).or_default().insert(user.clone());
        }
    }
}

/// What an object uses now and still uses when its change is done.
fn kept_uses(
    input: &PlanInput<'_>,
    address: &Address,
    seen: &ObservedResource,
    change: Option<&Draft>,
) -> BTreeSet<Use> {
    let (config, live) = match &seen.seen {
        Seen::Parsed { config, live } => (Some(config), live.as_ref()),
        Seen::Unchanged => (input.applied.rows.get(address).map(|row| &row.spec), None),
    };
    let does = |deed: fn(&Action) -> bool| change.is_some_and(|draft| draft.deeds.iter().any(|d| deed(&d.action)));
    if address.kind != Kind::Domain && does(makes_anew) {
        return BTreeSet::new();
    }
    let runs_on = is_active(seen.power) && !does(|action| matches!(action, Action::Stop { .. }));
    let running = live.or(config).filter(|_| runs_on);
    let configured = config.into_iter().flat_map(|spec| left_by(change, spec, |_| true));
    let in_use = running.into_iter().flat_map(|spec| left_by(change, spec, |effect| effect == Effect::Live));
    configured.chain(in_use).collect()
}

/// What of a specification's uses no field takes away whose effect is such that it takes hold there.
fn left_by(change: Option<&Draft>, spec: &Spec, takes_hold: fn(Effect) -> bool) -> Vec<Use> {
    let fields = change.map(|draft| draft.change.fields.as_slice()).unwrap_or_default();
    let taken = |path: &FieldPath| {
        let mut done = fields.iter().filter(|field| field.fate == Fate::Changed && takes_hold(field.effect));
        done.any(|field| path.is_within(field.path.as_str()))
    };
    uses_by_field(spec).into_iter().filter(|(path, _)| !taken(path)).map(|(_, used)| used).collect()
}

const fn makes_anew(action: &Action) -> bool {
    matches!(action, Action::Create { .. } | Action::Replace { .. } | Action::Delete { .. })
}

/// The change of what is there under this address and gets another name.
fn renaming<'d>(made: &'d BTreeMap<Address, Draft>, old: &Address) -> Option<&'d Draft> {
    let renames = |deed: &Deed| matches!(&deed.action, Action::Rename { from } if *from == old.name);
    let mut units = made.iter().filter(|(address, _)| address.kind == old.kind);
    units.find(|(_, draft)| draft.deeds.iter().any(renames)).map(|(_, draft)| draft)
}
