//! Units that are there under a name they had before.

use model::{
    Address, FieldPath, Kind, Ownership, Power, PowerState, Spec,
    spec::{DiskSource, MountKind},
};

use super::{Draft, Findings, Present, Scene, Tenure, update};
use crate::{Action, Effect, PendingRestart, PlanError, PlanInput, Verb, power::is_active};

/// The address under which a declared unit is there still, where it is there under a previous name only.
pub(crate) fn renamed_from(input: &PlanInput<'_>, address: &Address) -> Option<Address> {
    let resource = input.desired.resources.get(address)?;
    if !address.kind.is_unit() || input.observed.resources.contains_key(address) {
        return None;
    }
    let previous = resource.previous_names.iter().map(|name| Address::new(address.kind, name.as_str()));
    let mut ours = previous.filter(|old| {
        let seen = input.observed.resources.get(old);
        seen.is_some_and(|seen| matches!(seen.ownership, Ownership::Ours { .. }))
            && !input.desired.resources.contains_key(old)
    });
    ours.next()
}

/// Decides what happens to a unit that is there under a previous name.
pub(super) fn decide(scene: &Scene<'_>, old: &Address, findings: &mut Findings) -> Option<Draft> {
    let mut seen = scene.input.observed.resources.get(old)?.clone();
    let row = scene.input.applied.rows.get(old);
    let moved = Present { seen: &seen, row, tenure: Tenure::Ours }.config().map(|config| moved_data(scene, config));
    let moved = moved.unwrap_or_default();
    if !moved.is_empty() {
        findings.errors.extend(moved);
        return None;
    }
    let mut deeds = Vec::new();
    let active = is_active(seen.power);
    if scene.address.kind == Kind::Domain && active {
        if !may_stop(scene) {
            return Some(waits(scene, old));
        }
        let unit = crate::power::Unit { address: old, ..scene.unit() };
        deeds.extend(unit.stop());
        seen.power = PowerState::Off;
    }
    deeds.push(scene.deed(Action::Rename { from: old.name.clone() }));
    let present = Present { seen: &seen, row, tenure: Tenure::Ours };
    let rest = update(scene, &present, findings);
    let fields = rest.as_ref().map(|draft| draft.change.fields.clone()).unwrap_or_default();
    deeds.extend(rest.map(|draft| draft.deeds).unwrap_or_default());
    let effect = match scene.address.kind {
        Kind::Domain if active => Effect::Restart,
        Kind::Domain => Effect::None,
        _ => Effect::Live,
    };
    let effect = effect.max(super::strongest(fields.iter()));
    Some(scene.draft(Verb::Rename, effect, fields).with(deeds).because(format!("it was {old}")))
}

/// The disks and mounts that would have another volume after the renaming: volumes that belong to a unit are named
/// after it, so these would be new and empty, and the data would stay behind in the old ones.
fn moved_data(scene: &Scene<'_>, config: &Spec) -> Vec<PlanError> {
    moved(scene, config).map(|moved| moved.refused(scene)).collect()
}

/// The disks and mounts of a unit that kept the volumes of a previous name, and that would have new and empty ones
/// because the name is no longer declared as one of its own.
pub(super) fn left_behind(scene: &Scene<'_>, config: &Spec) -> Vec<PlanError> {
    moved(scene, config).filter(|moved| moved.leaves_own_volume(scene)).map(|moved| moved.refused(scene)).collect()
}

/// A disk or mount that is to have another volume.
struct Moved<'a> {
    field: FieldPath,
    from: &'a str,
    to: &'a str,
}

fn moved<'a>(scene: &Scene<'a>, config: &'a Spec) -> impl Iterator<Item = Moved<'a>> {
    let before = volumes_of(config);
    volumes_of(&scene.resource.spec).into_iter().filter_map(move |(field, to)| {
        let (_, from) = before.iter().find(|(known, from)| *known == field && *from != to)?;
        Some(Moved { field, from, to })
    })
}

impl Moved<'_> {
    fn refused(self, scene: &Scene<'_>) -> PlanError {
        let at = scene.place(&self.field);
        let (address, from, to) = (scene.address.clone(), self.from.to_owned(), self.to.to_owned());
        PlanError::WouldLoseData { address, field: self.field, from, to, at }
    }

    /// Whether a volume of ours that bears another unit's name gives way to one that is still to be made: both named
    /// after a unit and the same disk, in the same pool.
    fn leaves_own_volume(&self, scene: &Scene<'_>) -> bool {
        let kind = if scene.address.kind == Kind::Domain { Kind::Volume } else { Kind::DockerVolume };
        let split = |name: &str| match name.split_once('/') {
            Some((pool, volume)) => (pool.to_owned(), volume.to_owned()),
            None => (String::new(), name.to_owned()),
        };
        let ((pool, to), (old_pool, from)) = (split(self.to), split(self.from));
        let Some(disk) = to.strip_prefix(&format!("{}-", scene.address.name)) else { return false };
        let seen = |name: &str| scene.input.observed.resources.get(&Address::new(kind, name));
        let is_ours = seen(self.from).is_some_and(|seen| matches!(seen.ownership, Ownership::Ours { .. }));
        let is_declared = scene.input.desired.resources.contains_key(&Address::new(kind, self.from));
        pool == old_pool && from.ends_with(&format!("-{disk}")) && is_ours && !is_declared && seen(self.to).is_none()
    }
}

/// The volumes of a unit by the fields that name them.
fn volumes_of(spec: &Spec) -> Vec<(FieldPath, &str)> {
    match spec {
        Spec::Domain(spec) => {
            let disks = spec.disks.iter().filter_map(|(name, disk)| match &disk.source {
                Some(DiskSource::Volume(volume)) => Some((field(["disks", name, "source"]), volume.as_str())),
                _ => None,
            });
            disks.collect()
        }
        Spec::Container(spec) => {
            let mounts = spec.mounts.iter().filter(|(_, mount)| mount.kind == MountKind::Volume);
            mounts.map(|(target, mount)| (field(["mounts", target, "source"]), mount.source.as_str())).collect()
        }
        _ => Vec::new(),
    }
}

fn field(segments: [&str; 3]) -> FieldPath {
    FieldPath::from_segments(segments)
}

fn may_stop(scene: &Scene<'_>) -> bool {
    scene.resource.policy.on_change == model::OnChange::RestartIfNeeded
        || scene.resource.power == Power::Stopped
        || scene.input.options.pending == PendingRestart::Restart
}

fn waits(scene: &Scene<'_>, old: &Address) -> Draft {
    let why = format!("it runs as {old}, and a domain is renamed only while it is off: everything waits for its stop");
    scene.draft(Verb::Pending, Effect::NextBoot, Vec::new()).because(why)
}
