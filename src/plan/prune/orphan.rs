//! One resource of ours that is no longer declared.

use std::collections::BTreeSet;

use model::{
    Address, AppliedRow, DeletionPolicy, Hooks, Kind, ObservedResource, Ownership, Seen, Shutdown, Spec, spec::Firmware,
};

use super::{Going, Users};
use crate::{
    Action, Data, Destroy, Effect, PlanInput, Prune, ResourceChange, Verb,
    decide::{Deed, Draft, Predecessors},
    power::{Unit, is_active},
};

/// A resource of ours that is no longer declared.
#[derive(Clone, Copy, Debug)]
pub(super) struct Orphan<'a> {
    pub(super) input: &'a PlanInput<'a>,
    pub(super) address: &'a Address,
    pub(super) seen: &'a ObservedResource,
    pub(super) row: Option<&'a AppliedRow>,
}

impl<'a> Orphan<'a> {
    /// Decides what becomes of it; nothing is said of files that only wait for their user to go.
    pub(super) fn decide(&self, users: &Users) -> Option<Draft> {
        if self.is_protected() {
            let why =
                "no longer declared, but it was protected when it was applied; declare it with `protect = false` first";
            return Some(self.draft(Verb::Keep, Effect::None, why));
        }
        if let Some(user) = self.seen.foreign_users.first() {
            return Some(self.draft(Verb::Keep, Effect::None, format!("no longer declared, but {user} uses it")));
        }
        let user = users.of_resource(self.address, self.spec());
        match (self.address.kind, user) {
            (Kind::Image | Kind::Seed | Kind::File | Kind::ContainerImage, Some(_)) => None,
            (_, Some(user)) => {
                Some(self.draft(Verb::Keep, Effect::None, format!("no longer declared, but {user} still uses it")))
            }
            (Kind::Image, None) => Some(self.image(users)),
            (Kind::Seed | Kind::File | Kind::ContainerImage, None) => Some(self.artefact()),
            (Kind::Domain | Kind::Container, None) => Some(self.unit()),
            (Kind::Volume | Kind::DockerVolume, None) => Some(self.volume()),
            (Kind::Network | Kind::DockerNetwork, None) => Some(self.network()),
            (Kind::Pool, None) => Some(self.pool(users)),
        }
    }

    /// Whether it goes when the draft is carried out: nothing uses anything through it then.
    pub(super) fn going(&self, draft: &Draft) -> Option<Going> {
        draft.deeds.iter().find_map(|deed| match deed.action {
            Action::Delete { .. } => Some(Going::OutOfExistence),
            Action::Forget => Some(Going::OutOfCare),
            _ => None,
        })
    }

    /// Whether the time at which it was first seen undeclared is to be written down.
    pub(super) fn needs_tombstone(&self, draft: &Draft) -> bool {
        draft.change.verb == Verb::Orphan && self.row.is_none_or(|row| row.orphaned_since.is_none())
    }

    /// What it is made of, as far as is known.
    pub(super) fn spec(&self) -> Option<&'a Spec> {
        match &self.seen.seen {
            Seen::Parsed { config, .. } => Some(config),
            Seen::Unchanged => self.row.map(|row| &row.spec),
        }
    }

    fn unit(&self) -> Draft {
        let no_hooks = Hooks::default();
        let unit = Unit {
            address: self.address,
            hooks: self.row.map_or(&no_hooks, |row| &row.hooks),
            health: None,
            shutdown: self.row.map_or_else(Shutdown::default, |row| row.policy.shutdown),
        };
        let active = is_active(self.seen.power);
        let mut deeds = if active { unit.stop() } else { Vec::new() };
        let effect = if active { Effect::Restart } else { Effect::None };
        if !self.is_due() {
            let mut draft = self.draft(Verb::Orphan, effect, self.waits());
            draft.deeds = deeds;
            return draft;
        }
        let data = if self.may_destroy() && self.keeps_secrets_of_its_own() { Data::Destroy } else { Data::Keep };
        let mut draft = self.removed(data, "no longer declared");
        deeds.append(&mut draft.deeds);
        draft.deeds = deeds;
        draft.change.effect = draft.change.effect.max(effect);
        draft
    }

    fn volume(&self) -> Draft {
        match (self.deletion(), self.is_due()) {
            (_, false) => self.draft(Verb::Orphan, Effect::None, self.waits()),
            (DeletionPolicy::Retain, true) => self.released("no longer declared; its deletion policy retains it"),
            (DeletionPolicy::Delete, true) if self.may_destroy() => {
                self.removed(Data::Destroy, "no longer declared, and its deletion policy deletes it")
            }
            (DeletionPolicy::Delete, true) => self.draft(
                Verb::Keep,
                Effect::None,
                "no longer declared, and its deletion policy deletes it, but destroying data needs `--allow-destroy`",
            ),
        }
    }

    /// A file or image that can be made again from the declaration.
    fn artefact(&self) -> Draft {
        match self.deletion() {
            DeletionPolicy::Retain => self.released("no longer used; its deletion policy retains it"),
            DeletionPolicy::Delete => self.removed(Data::Keep, "no longer used"),
        }
    }

    /// A disk image: the file under a retained volume is part of that volume's data, and of a volume that is no
    /// longer ours nobody knows what it lies over.
    fn image(&self, users: &Users) -> Draft {
        if let Some(volume) = users.retained_over(self.spec()) {
            return self.released(format!("no longer declared; {volume}, which is retained, lies over it"));
        }
        let mut volumes = self.input.observed.resources.iter().filter(|(a, _)| a.kind == Kind::Volume);
        match volumes.find(|(_, seen)| seen.ownership == Ownership::Unmanaged) {
            Some((volume, _)) => self.released(format!("no longer declared; {volume} may lie over it")),
            None => self.artefact(),
        }
    }

    fn network(&self) -> Draft {
        match (self.deletion(), self.is_due()) {
            (_, false) => self.draft(Verb::Orphan, Effect::None, self.waits()),
            (DeletionPolicy::Retain, true) => self.released("no longer declared; its deletion policy retains it"),
            (DeletionPolicy::Delete, true) => self.removed(Data::Keep, "no longer declared"),
        }
    }

    /// A pool is only taken out of libvirt, and only when no volume stays behind in it.
    fn pool(&self, users: &Users) -> Draft {
        if !self.is_due() {
            return self.draft(Verb::Orphan, Effect::None, self.waits());
        }
        let prefix = format!("{}/", self.address.name);
        let mut volumes = self.input.observed.resources.keys().filter(|a| a.kind == Kind::Volume);
        match volumes.find(|a| a.name.starts_with(&prefix) && !users.is_destroyed(a)) {
            Some(volume) => self.released(format!("no longer declared; {volume} stays in it")),
            None => self.removed(Data::Keep, "no longer declared"),
        }
    }

    fn is_protected(&self) -> bool {
        match (self.row, &self.seen.ownership) {
            (Some(row), _) => row.policy.protect,
            (None, Ownership::Ours { protect, .. }) => *protect,
            (None, Ownership::OtherOwner(_) | Ownership::Unmanaged) => false,
        }
    }

    fn deletion(&self) -> DeletionPolicy {
        match (self.row, &self.seen.ownership) {
            (Some(row), _) => row.policy.deletion,
            (None, Ownership::Ours { deletion, .. }) => *deletion,
            (None, Ownership::OtherOwner(_) | Ownership::Unmanaged) => DeletionPolicy::Retain,
        }
    }

    fn may_destroy(&self) -> bool {
        self.deletion() == DeletionPolicy::Delete && self.input.options.destroy == Destroy::Allow
    }

    /// Whether the domain holds what cannot be made again: variables of its firmware, keys in its TPM.
    fn keeps_secrets_of_its_own(&self) -> bool {
        matches!(self.spec(), Some(Spec::Domain(spec))
            if spec.tpm == Some(true) || matches!(spec.firmware, Some(Firmware::Uefi | Firmware::UefiSecure)))
    }

    /// Whether its grace is over. Without a row nobody knows when it began, so it begins now.
    fn is_due(&self) -> bool {
        let Some(row) = self.row else { return self.input.options.prune == Prune::Now };
        let grace = row.policy.prune_grace.get();
        let over = |since: jiff::Timestamp| {
            let spent = self.input.observed.at.duration_since(since);
            u128::try_from(spent.as_millis()).is_ok_and(|spent| spent >= grace.as_millis())
        };
        self.input.options.prune == Prune::Now || grace.is_zero() || row.orphaned_since.is_some_and(over)
    }

    fn waits(&self) -> String {
        match self.row {
            Some(row) => format!(
                "no longer declared; removed {} after that was first seen, or at once with `--prune`",
                row.policy.prune_grace
            ),
            None => "no longer declared; removed after its grace, or at once with `--prune`".to_owned(),
        }
    }

    fn removed(&self, data: Data, why: &str) -> Draft {
        let (verb, effect) = match data {
            Data::Keep => (Verb::Remove, Effect::None),
            Data::Destroy => (Verb::Destroy, Effect::Destroy),
        };
        let mut draft = self.draft(verb, effect, why);
        draft.deeds.push(Deed { address: self.address.clone(), action: Action::Delete { data } });
        draft
    }

    fn released(&self, why: impl Into<String>) -> Draft {
        let mut draft = self.draft(Verb::Release, Effect::None, why);
        draft.deeds.push(Deed { address: self.address.clone(), action: Action::Forget });
        draft
    }

    fn draft(&self, verb: Verb, effect: Effect, why: impl Into<String>) -> Draft {
        Draft {
            change: ResourceChange {
                address: self.address.clone(),
                verb,
                effect,
                fields: Vec::new(),
                why: Some(why.into()),
                declared_at: None,
                steps: BTreeSet::new(),
                estimate_ms: 0,
            },
            deeds: Vec::new(),
            carried_by: None,
            frees: BTreeSet::new(),
            makes_way_for: BTreeSet::new(),
            goes_after: Predecessors::All,
        }
    }
}
