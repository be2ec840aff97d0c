//! A domain's differences, those of its configuration and those of its running state, brought together field by
//! field and sorted by what they come to.

use std::collections::BTreeMap;

use model::{Address, Bytes, FieldPath, Kind, OnChange, Spec, spec::DiskSource};
use serde_json::{Value, json};

use super::accommodate::{Side, compare};
use crate::{
    Cause, Effect, FieldChange, PendingRestart, PlanError,
    classify::Judge,
    decide::{Findings, Present, Scene, object, volume},
    diff::Difference,
    matrix::Class,
};

/// What a domain's differences come to.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    /// Every line for people, in the order of paths.
    pub(super) fields: Vec<FieldChange>,
    /// What the redefinition changes.
    pub(super) configure: Vec<FieldPath>,
    /// What is changed while it runs.
    pub(super) live: Vec<FieldPath>,
    /// Whether the domain is restarted for it.
    pub(super) restart: bool,
    /// What is never changed by itself.
    pub(super) immutable: Vec<FieldPath>,
    /// New sizes of disks, by name.
    sizes: BTreeMap<String, Bytes>,
}

/// One field's differences on both sides.
struct Both {
    config: Option<Difference>,
    live: Option<Difference>,
}

/// Compares and sorts.
pub(super) fn sort(
    scene: &Scene<'_>,
    present: &Present<'_>,
    config: &Spec,
    running: Option<&Spec>,
    findings: &mut Findings,
) -> Sorted {
    let mut sorted = Sorted::default();
    if present.is_unchanged(scene) {
        sorted.grow_volumes(scene, running);
        return sorted;
    }
    let in_config = compare(scene, present, config, Side::Config, findings);
    let in_live = running.map(|live| compare(scene, present, live, Side::Live, findings)).unwrap_or_default();
    let mut both: BTreeMap<FieldPath, Both> = BTreeMap::new();
    for difference in in_config {
        both.insert(difference.path.clone(), Both { config: Some(difference), live: None });
    }
    for difference in in_live {
        let pair = both.entry(difference.path.clone()).or_insert(Both { config: None, live: None });
        pair.live = Some(difference);
    }
    let wanted = &scene.resource.spec;
    let mut judge = Judge::new(wanted, running.unwrap_or(config), present.seen.domain.as_ref());
    for pair in both.into_values() {
        let sides = [&pair.config, &pair.live];
        if !sides.into_iter().flatten().all(|difference| scene.is_accepted(present, difference)) {
            sorted.take(scene, &mut judge, pair, running.is_some(), findings);
        }
    }
    sorted.grow_volumes(scene, running);
    sorted
}

impl Sorted {
    /// The disks that grow.
    pub(super) fn growing(&self) -> Vec<FieldPath> {
        self.sizes.keys().map(|disk| FieldPath::from_segments(["disks", disk, "capacity"])).collect()
    }

    /// Writes the new sizes of disks into a specification.
    pub(super) fn write_sizes(&self, spec: &mut Spec) {
        let Spec::Domain(spec) = spec else { return };
        for (name, size) in &self.sizes {
            if let Some(disk) = spec.disks.get_mut(name) {
                disk.capacity = Some(*size);
            }
        }
    }

    fn take(&mut self, scene: &Scene<'_>, judge: &mut Judge<'_>, pair: Both, runs: bool, findings: &mut Findings) {
        let Some(shown) = pair.live.as_ref().or(pair.config.as_ref()) else { return };
        let class = judge.class(shown);
        let waits = matches!(class, Class::Cold | Class::NextBoot);
        let mut shown = shown.clone();
        shown.cause = match (&pair.config, waits) {
            (Some(config), _) => config.cause,
            (None, true) => Cause::Waiting,
            (None, false) => shown.cause,
        };
        match class {
            Class::Ignored => return,
            Class::Once => return self.take_once(scene, &pair, runs),
            Class::GrowOnly => return self.resize(scene, &shown, runs, findings),
            Class::Immutable if shown.cause == Cause::Removed => return,
            Class::Immutable => {
                self.immutable.push(shown.path.clone());
                return self.leave(scene, &shown);
            }
            _ => {}
        }
        if object::is_held(scene, &shown) {
            return self.leave(scene, &shown);
        }
        let effect = match (waits, &pair.live) {
            (_, None) => Effect::None,
            (false, Some(_)) => Effect::Live,
            (true, Some(_)) if self.restarts_for(scene, class) => Effect::Restart,
            (true, Some(_)) => Effect::NextBoot,
        };
        if class == Class::Cold
            && pair.config.is_some()
            && effect == Effect::NextBoot
            && scene.resource.policy.on_change == OnChange::Live
        {
            findings.errors.push(PlanError::NotLive {
                address: scene.address.clone(),
                field: shown.path.clone(),
                needs: "a cold start",
                at: scene.place(&shown.path),
            });
        }
        if pair.config.is_some() {
            self.configure.push(shown.path.clone());
        }
        if effect == Effect::Live {
            self.live.push(shown.path.clone());
        }
        self.restart |= effect == Effect::Restart;
        self.fields.push(scene.field(&shown, effect));
    }

    fn restarts_for(&self, scene: &Scene<'_>, class: Class) -> bool {
        scene.input.options.pending == PendingRestart::Restart
            || (class == Class::Cold && scene.resource.policy.on_change == OnChange::RestartIfNeeded)
    }

    fn leave(&mut self, scene: &Scene<'_>, difference: &Difference) {
        self.fields.push(scene.left(difference));
    }

    /// A field that is taken over when its declaration changes, and then only.
    fn take_once(&mut self, scene: &Scene<'_>, pair: &Both, runs: bool) {
        let Some(config) = &pair.config else { return };
        let declared_anew = matches!(config.cause, Cause::Changed | Cause::Conflict) && scene.row().is_some();
        if declared_anew && !object::is_held(scene, config) {
            self.configure.push(config.path.clone());
            self.fields.push(scene.field(config, if runs { Effect::NextBoot } else { Effect::None }));
        }
    }

    /// A disk whose size the domain declares by itself; one of a declared volume follows the volume.
    fn resize(&mut self, scene: &Scene<'_>, difference: &Difference, runs: bool, findings: &mut Findings) {
        let bytes = |value: &Option<Value>| value.as_ref().and_then(Value::as_u64).map(Bytes::new);
        let disk = difference.path.segments().into_iter().nth(1).unwrap_or_default();
        let (Some(from), Some(to)) = (bytes(&difference.old), bytes(&difference.new)) else { return };
        if volume_of(scene, &disk).is_some_and(|volume| scene.input.desired.resources.contains_key(&volume)) {
            return;
        }
        if to < from {
            let (address, at) = (scene.address.clone(), scene.place(&difference.path));
            findings.errors.push(PlanError::Shrink { address, from, to, at });
        } else if runs {
            self.grow(scene, disk, Some(from), to, difference.cause);
        }
    }

    /// The disks whose volumes grow in this plan while the domain has them open.
    fn grow_volumes(&mut self, scene: &Scene<'_>, running: Option<&Spec>) {
        let Spec::Domain(wanted) = &scene.resource.spec else { return };
        for name in wanted.disks.keys() {
            let Some(volume) = volume_of(scene, name) else { continue };
            let Some(to) = volume::grows_to(scene, &volume.name) else { continue };
            let from = match running {
                Some(Spec::Domain(running)) => running.disks.get(name).and_then(|disk| disk.capacity),
                _ => None,
            };
            let cause = scene.decided.get(&volume).and_then(|draft| Some(draft.change.fields.first()?.cause));
            self.grow(scene, name.clone(), from, to, cause.unwrap_or(Cause::Changed));
        }
    }

    fn grow(&mut self, scene: &Scene<'_>, disk: String, from: Option<Bytes>, to: Bytes, cause: Cause) {
        let path = FieldPath::from_segments(["disks", &disk, "capacity"]);
        let (old, new) = (from.map(|size| json!(size)), Some(json!(to)));
        let difference = Difference { path: path.clone(), old, new, cause };
        self.fields.push(scene.field(&difference, Effect::Live));
        self.fields.sort_by(|a, b| a.path.cmp(&b.path));
        self.live.push(path);
        self.sizes.insert(disk, to);
    }
}

fn volume_of(scene: &Scene<'_>, disk: &str) -> Option<Address> {
    let Spec::Domain(spec) = &scene.resource.spec else { return None };
    match spec.disks.get(disk)?.source.as_ref()? {
        DiskSource::Volume(name) => Some(Address::new(Kind::Volume, name)),
        DiskSource::File(_) | DiskSource::Block(_) => None,
    }
}
