//! What happens to one resource: a file a kind, each a pure function from what is declared, remembered and there
//! to a [`Draft`].

mod container;
mod container_image;
mod docker_network;
mod docker_volume;
mod domain;
mod file;
mod image;
mod network;
mod object;
mod ownership;
mod pool;
mod rename;
mod seed;
mod volume;

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Address, AppliedRow, DriftPolicy, FieldPath, Kind, Note, ObservedResource, OnChange, Origin, Ownership, Power,
    PowerState, Resource, Seen, SourcePos, Spec,
};
use serde_json::Value;

pub(crate) use rename::renamed_from;

use crate::{
    Action, Cause, Effect, Fate, FieldChange, Mark, PlanError, PlanInput, ResourceChange, Verb,
    diff::{Difference, Leaves},
    power::{self, Switch},
};

/// A deed before it has a number.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Deed {
    /// On what.
    pub(crate) address: Address,
    /// What is done.
    pub(crate) action: Action,
}

/// What is decided for one resource, before steps are numbered.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Draft {
    /// What people read.
    pub(crate) change: ResourceChange,
    /// What is done, one after the other.
    pub(crate) deeds: Vec<Deed>,
    /// The resource whose steps do it, where it has none of its own.
    pub(crate) carried_by: Option<Address>,
    /// What it used, where it is removed: that is removed after it.
    pub(crate) frees: BTreeSet<Address>,
    /// Who needs what it holds only while it runs: they wait for its stop where it is removed, or else until it has
    /// given that up.
    pub(crate) makes_way_for: BTreeSet<Address>,
    /// What has to be made before it goes, where it is removed.
    pub(crate) goes_after: Predecessors,
}

/// What has to be made before something is removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Predecessors {
    /// Everything.
    All,
    /// These.
    Only(BTreeSet<Address>),
}

/// What deciding finds besides changes.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// Reasons to refuse the plan.
    pub(crate) errors: Vec<PlanError>,
    /// What the owner should know.
    pub(crate) notes: Vec<Note>,
    /// Rows to be brought up to date.
    pub(crate) settled: BTreeSet<Address>,
}

/// One declared resource in its surroundings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scene<'a> {
    /// Everything.
    pub(crate) input: &'a PlanInput<'a>,
    /// What is decided already: everything that is made before this kind.
    pub(crate) decided: &'a BTreeMap<Address, Draft>,
    /// The resource's address.
    pub(crate) address: &'a Address,
    /// Its declaration.
    pub(crate) resource: &'a Resource,
    /// The hash of its specification.
    pub(crate) hash: &'a str,
}

/// A declared resource that is there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Present<'a> {
    /// What was found.
    pub(crate) seen: &'a ObservedResource,
    /// What we last applied, where it is remembered.
    pub(crate) row: Option<&'a AppliedRow>,
    /// How it came under our care.
    pub(crate) tenure: Tenure,
}

/// How an object came under our care.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tenure {
    /// It is ours.
    Ours,
    /// It is taken over by this plan.
    Adopted,
}

/// Decides what happens to a declared resource; nothing where it is as declared.
pub(crate) fn decide(scene: &Scene<'_>, findings: &mut Findings) -> Option<Draft> {
    if let Some(old) = renamed_from(scene.input, scene.address) {
        return rename::decide(scene, &old, findings);
    }
    let present = match ownership::claim(scene, findings) {
        ownership::Claim::Refused => return None,
        ownership::Claim::Absent => return Some(create(scene)),
        ownership::Claim::Present(present) => present,
    };
    update(scene, &present, findings)
}

fn update(scene: &Scene<'_>, present: &Present<'_>, findings: &mut Findings) -> Option<Draft> {
    let left_behind = present.config().map(|config| rename::left_behind(scene, config)).unwrap_or_default();
    if !left_behind.is_empty() {
        findings.errors.extend(left_behind);
        return None;
    }
    let draft = match scene.address.kind {
        Kind::Network => network::update(scene, present, findings),
        Kind::DockerNetwork => docker_network::update(scene, present, findings),
        Kind::Pool => pool::update(scene, present, findings),
        Kind::Image => image::update(scene, present, findings),
        Kind::Volume => volume::update(scene, present, findings),
        Kind::DockerVolume => docker_volume::update(scene, present, findings),
        Kind::Seed => seed::update(scene, present, findings),
        Kind::File => file::update(scene, present, findings),
        Kind::ContainerImage => container_image::update(scene, present, findings),
        Kind::Domain => domain::update(scene, present, findings),
        Kind::Container => container::update(scene, present, findings),
    };
    let draft = check_again(scene, present, draft);
    let settles = draft.as_ref().is_none_or(|draft| !draft.gives_shape() && !draft.leaves_a_change());
    let accepts = || scene.adopts_drift() && draft.as_ref().is_some_and(Draft::leaves_drift);
    if settles && present.tenure == Tenure::Ours && (scene.row_is_old(present) || accepts()) {
        findings.settled.insert(scene.address.clone());
    }
    draft
}

/// A unit that runs and has not been seen to work since it was started is checked again, unless it is started anew.
fn check_again(scene: &Scene<'_>, present: &Present<'_>, draft: Option<Draft>) -> Option<Draft> {
    let shut = present.row.is_some_and(|row| !row.gate.is_open());
    let runs = present.seen.power == PowerState::Running && scene.resource.power == Power::Running;
    if !shut || !runs || scene.resource.health.is_none() {
        return draft;
    }
    let why = "it has not been seen to work since it was started";
    let mut draft = draft.unwrap_or_else(|| scene.draft(Verb::Check, Effect::None, Vec::new()).because(why));
    if !draft.deeds.iter().any(|deed| matches!(deed.action, Action::Stop { .. } | Action::Replace { .. })) {
        draft.deeds.extend(scene.unit().check());
    }
    Some(draft)
}

fn create(scene: &Scene<'_>) -> Draft {
    let mut deeds = vec![scene.deed(Action::Create { spec: scene.filled_spec(None), mark: scene.mark() })];
    if scene.address.kind.is_unit() && scene.resource.power == Power::Running {
        deeds.extend(scene.unit().start());
    }
    scene.draft(Verb::Create, Effect::None, Vec::new()).with(deeds)
}

impl<'a> Scene<'a> {
    /// What the power of a unit needs. One that somebody paused stays so where drift is not undone.
    pub(crate) fn switch(&self, present: &Present<'_>) -> Switch {
        if self.input.options.leave_power.contains(self.address) {
            return Switch::Nothing;
        }
        match power::switch(self.resource.power, present.seen.power) {
            Switch::Wake if self.resource.policy.drift != DriftPolicy::Revert => Switch::Nothing,
            other => other,
        }
    }

    /// The mark that the resource's object is to carry. Where nothing is to be changed, what was applied stays.
    pub(crate) fn mark(&self) -> Mark {
        let frozen = self.resource.policy.on_change == OnChange::Never;
        let before = match self.input.observed.resources.get(self.address).map(|seen| &seen.ownership) {
            Some(Ownership::Ours { spec: Some(spec), .. }) if frozen => Some(spec.clone()),
            _ => None,
        };
        Mark {
            owner: self.input.owner,
            spec: before.unwrap_or_else(|| self.hash.to_owned()),
            protect: self.resource.policy.protect,
            deletion: self.resource.policy.deletion,
        }
    }

    /// The row of what we last applied.
    pub(crate) fn row(&self) -> Option<&'a AppliedRow> {
        self.input.applied.rows.get(self.address)
    }

    /// The row of what we last applied of it before we let it go.
    pub(crate) fn released(&self) -> Option<&'a AppliedRow> {
        self.input.applied.released(self.address)
    }

    /// A deed on this resource.
    pub(crate) fn deed(&self, action: Action) -> Deed {
        Deed { address: self.address.clone(), action }
    }

    /// The specification for a step: as declared, with the identity that the object has already and the id that
    /// a container's image stands for now.
    pub(crate) fn filled_spec(&self, actual: Option<&Spec>) -> Spec {
        let mut spec = self.resource.spec.clone();
        match (&mut spec, actual) {
            (Spec::Domain(spec), Some(Spec::Domain(actual))) => spec.uuid = actual.uuid.or(spec.uuid),
            (Spec::Network(spec), Some(Spec::Network(actual))) => spec.uuid = actual.uuid.or(spec.uuid),
            (Spec::Pool(spec), Some(Spec::Pool(actual))) => spec.uuid = actual.uuid.or(spec.uuid),
            (Spec::Container(spec), _) => spec.image_id = container::wanted_image_id(self, &spec.image),
            _ => {}
        }
        spec
    }

    /// What to do with power, scripts and health.
    pub(crate) fn unit(&self) -> power::Unit<'a> {
        power::Unit {
            address: self.address,
            hooks: &self.resource.hooks,
            health: self.resource.health.as_ref(),
            shutdown: self.resource.policy.shutdown,
        }
    }

    /// Where a field's value came from.
    pub(crate) fn origin(&self, difference: &Difference) -> Option<Origin> {
        self.resource.origin_of(&difference.path).cloned()
    }

    /// Whether what somebody changed is accepted.
    pub(crate) fn adopts_drift(&self) -> bool {
        self.resource.policy.drift == DriftPolicy::Adopt
    }

    /// Whether a difference is one that was accepted before.
    pub(crate) fn is_accepted(&self, present: &Present<'_>, difference: &Difference) -> bool {
        let there = difference.old.clone().unwrap_or(Value::Null);
        let accepted = present.row.and_then(|row| row.accepted.get(&difference.path));
        self.adopts_drift() && difference.cause == Cause::Drift && accepted == Some(&there)
    }

    /// A line for a difference that stays.
    pub(crate) fn left(&self, difference: &Difference) -> FieldChange {
        FieldChange { fate: Fate::Left, ..self.field(difference, Effect::None) }
    }

    /// A line for a difference that is done away with.
    pub(crate) fn field(&self, difference: &Difference, effect: Effect) -> FieldChange {
        FieldChange {
            path: difference.path.clone(),
            old: difference.old.clone(),
            new: difference.new.clone(),
            effect,
            cause: difference.cause,
            fate: Fate::Changed,
            origin: self.origin(difference),
        }
    }

    /// A draft without deeds.
    pub(crate) fn draft(&self, verb: Verb, effect: Effect, fields: Vec<FieldChange>) -> Draft {
        Draft {
            change: ResourceChange {
                address: self.address.clone(),
                verb,
                effect,
                fields,
                why: None,
                declared_at: self.resource.declared_at.clone(),
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

    /// Where a field was written; where its resource was, if that is all that is known.
    pub(crate) fn place(&self, path: &FieldPath) -> Option<SourcePos> {
        let written = self.resource.origin_of(path).and_then(|origin| match origin {
            Origin::Unit { at }
            | Origin::Tag { at, .. }
            | Origin::Policy { at, .. }
            | Origin::Component { at, .. }
            | Origin::Defaults { at } => at.clone(),
            Origin::OptionDefault | Origin::Derived { .. } => None,
        });
        written.or_else(|| self.resource.declared_at.clone())
    }

    /// A note about this resource.
    pub(crate) fn note(&self, text: String) -> Note {
        Note { about: Some(self.address.clone()), text, at: self.resource.declared_at.clone() }
    }

    /// Whether what we remember of an object that needs nothing is not what is declared.
    fn row_is_old(&self, present: &Present<'_>) -> bool {
        present.tenure == Tenure::Ours
            && present.row.is_none_or(|row| {
                row.spec_hash != self.hash
                    || row.policy != self.resource.policy
                    || row.hooks != self.resource.hooks
                    || row.orphaned_since.is_some()
                    || (!row.gate.is_open() && self.resource.health.is_none())
            })
    }
}

impl<'a> Present<'a> {
    /// The configuration that the next start uses. What was not parsed is what was applied.
    pub(crate) fn config(&self) -> Option<&'a Spec> {
        match &self.seen.seen {
            Seen::Parsed { config, .. } => Some(config),
            Seen::Unchanged => self.row.map(|row| &row.spec),
        }
    }

    /// Whether it is known, without a comparison, to be as declared.
    pub(crate) fn is_unchanged(&self, scene: &Scene<'_>) -> bool {
        self.seen.seen == Seen::Unchanged && self.row.is_some_and(|row| row.spec_hash == scene.hash)
    }

    /// The running state, where it is another thing than the configuration.
    pub(crate) fn live(&self) -> Option<&'a Spec> {
        match &self.seen.seen {
            Seen::Parsed { live, .. } => live.as_ref(),
            Seen::Unchanged => None,
        }
    }

    /// What we last applied, as leaves: from memory or, where the object's mark has the declaration's hash, from
    /// the declaration. Of an object that is only being adopted: what was applied before it was let go, if ever.
    pub(crate) fn applied(&self, scene: &Scene<'_>) -> Option<Leaves> {
        if self.tenure == Tenure::Adopted {
            return scene.released().map(|row| Leaves::of(&row.spec));
        }
        let marked = match &self.seen.ownership {
            Ownership::Ours { spec, .. } => spec.as_deref(),
            Ownership::OtherOwner(_) | Ownership::Unmanaged => None,
        };
        let row = self.row.map(|row| &row.spec);
        let declared = || (marked == Some(scene.hash)).then_some(&scene.resource.spec);
        row.or_else(declared).map(Leaves::of)
    }

    /// Whether the object's own mark says something else than it should. Where the backend cannot tell, no.
    pub(crate) fn mark_is_old(&self, scene: &Scene<'_>) -> bool {
        let wanted = scene.mark();
        match &self.seen.ownership {
            Ownership::Ours { spec, protect, deletion } => {
                spec.as_ref().is_some_and(|spec| *spec != wanted.spec)
                    || *protect != wanted.protect
                    || *deletion != wanted.deletion
            }
            Ownership::OtherOwner(_) | Ownership::Unmanaged => false,
        }
    }
}

impl Draft {
    /// The draft with these deeds.
    pub(crate) fn with(mut self, deeds: Vec<Deed>) -> Self {
        self.deeds = deeds;
        self
    }

    /// How many deeds, from the first, it takes until the unit is stopped; `None` where it is not stopped.
    pub(crate) fn stop_ends(&self) -> Option<usize> {
        self.deeds.iter().position(|deed| matches!(deed.action, Action::Stop { .. })).map(|at| at + 1)
    }

    /// Whether it decides what the object is, rather than whether it runs.
    fn gives_shape(&self) -> bool {
        self.deeds.iter().any(|deed| match deed.action {
            Action::Create { .. }
            | Action::Configure { .. }
            | Action::ChangeLive { .. }
            | Action::Replace { .. }
            | Action::Rename { .. }
            | Action::Adopt { .. }
            | Action::Delete { .. }
            | Action::Forget => true,
            Action::Start
            | Action::Stop { .. }
            | Action::Pause
            | Action::Resume
            | Action::RunHook { .. }
            | Action::AwaitHealth { .. } => false,
        })
    }

    /// Whether a change of the declaration stays undone: then what was applied is still what was declared before.
    fn leaves_a_change(&self) -> bool {
        let left = |field: &FieldChange| field.fate == Fate::Left && field.cause != Cause::Drift;
        self.change.fields.iter().any(left) || self.change.verb == Verb::Keep
    }

    /// Whether something that somebody changed stays so.
    fn leaves_drift(&self) -> bool {
        self.change.fields.iter().any(|field| field.fate == Fate::Left && field.cause == Cause::Drift)
    }

    /// The draft with a reason.
    pub(crate) fn because(mut self, why: impl Into<String>) -> Self {
        self.change.why = Some(why.into());
        self
    }
}

/// The verb for fields: drift where nothing else is going on.
pub(crate) fn verb_for<'f>(mut fields: impl Iterator<Item = &'f FieldChange>, otherwise: Verb) -> Verb {
    if fields.all(|field| field.cause == Cause::Drift) { Verb::Drift } else { otherwise }
}

/// The strongest effect of fields.
pub(crate) fn strongest<'f>(fields: impl Iterator<Item = &'f FieldChange>) -> Effect {
    fields.map(|field| field.effect).max().unwrap_or_default()
}
