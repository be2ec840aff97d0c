//! Containers: what the engine updates in place, and what needs a new one.

use std::collections::BTreeSet;

use model::{Address, Kind, OnChange, Power, PowerState, Seen, Spec, spec::ContainerSpec};
use serde_json::json;

use super::{Deed, Draft, Findings, Present, Scene, Tenure, container_image, object, strongest, verb_for};
use crate::{
    Action, Effect, HookPhase, PlanError, Verb,
    classify::Judge,
    diff::{Difference, Leaves, three_way},
    matrix::Class,
    power::{Switch, is_active},
    references::kept_at,
};

/// What a container's differences come to.
#[derive(Debug, Default)]
struct Sorted {
    in_place: Vec<Difference>,
    recreate: Vec<Difference>,
    held: Vec<Difference>,
}

/// Decides what happens to a container that is there.
pub(super) fn update(scene: &Scene<'_>, present: &Present<'_>, findings: &mut Findings) -> Option<Draft> {
    let sorted = sort(scene, present, findings);
    let adopted = present.tenure == Tenure::Adopted;
    let new_image = image_is_new(scene);
    let needs_new = adopted || new_image || !sorted.recreate.is_empty();
    match (needs_new, obstacle(scene, present)) {
        (false, _) => in_place(scene, present, &sorted, None, findings),
        (true, None) => recreate(scene, present, &sorted, new_image, findings),
        (true, Some((verb, why))) if adopted => Some(scene.draft(verb, Effect::None, Vec::new()).because(why)),
        (true, Some(obstacle)) => in_place(scene, present, &sorted, Some(obstacle), findings),
    }
}

/// What keeps a container from being made anew, where something does.
fn obstacle(scene: &Scene<'_>, present: &Present<'_>) -> Option<(Verb, &'static str)> {
    let policy = &scene.resource.policy;
    if policy.on_change == OnChange::Never {
        return Some((Verb::Hold, "it would have to be made anew, and its `update.onChange` is `never`"));
    }
    let ours = present.tenure == Tenure::Ours;
    (policy.protect && ours).then_some((Verb::Keep, "it would have to be made anew, and it is protected"))
}

/// What the engine changes where it is; all that happens where it must not be made anew.
fn in_place(
    scene: &Scene<'_>,
    present: &Present<'_>,
    sorted: &Sorted,
    obstacle: Option<(Verb, &'static str)>,
    findings: &mut Findings,
) -> Option<Draft> {
    let mut fields = object::lines(scene, &sorted.in_place, Effect::Live);
    let acted = fields.len();
    fields.extend(object::lines_left(scene, &sorted.recreate));
    fields.extend(object::lines_left(scene, &sorted.held));
    let mut deeds = Vec::new();
    if acted > 0 {
        let paths = sorted.in_place.iter().map(|difference| difference.path.clone()).collect();
        let spec = scene.filled_spec(None);
        deeds.push(scene.deed(Action::Configure { spec, fields: paths, mark: scene.mark() }));
    }
    let files = remounted(scene, present, findings);
    let power = scene.switch(present);
    let restart = !files.is_empty() && power == Switch::Nothing;
    if restart {
        deeds.extend(scene.unit().stop());
        deeds.extend(scene.unit().start());
    }
    deeds.extend(scene.unit().switched(power));
    if deeds.is_empty() && fields.is_empty() && obstacle.is_none() {
        return None;
    }
    let verb = match (restart, acted, power) {
        (true, _, _) => Verb::Restart,
        (_, 0, Switch::On | Switch::Wake | Switch::Cycle) => Verb::Start,
        (_, 0, Switch::Off) => Verb::Stop,
        (_, 0, Switch::Nothing) => obstacle.map_or_else(|| verb_for(fields.iter(), Verb::Hold), |(verb, _)| verb),
        _ => verb_for(fields[..acted].iter(), Verb::Update),
    };
    let stops = is_active(present.seen.power) && matches!(verb, Verb::Stop | Verb::Restart);
    let effect = strongest(fields.iter()).max(if stops { Effect::Restart } else { Effect::None });
    fields.sort_by(|a, b| a.path.cmp(&b.path));
    let mut draft = scene.draft(verb, effect, fields).with(deeds);
    draft.change.why = match obstacle {
        Some((_, why)) => Some(why.to_owned()),
        None => why(scene, present, verb, &files),
    };
    Some(draft)
}

/// The id of the image that a reference stands for now; `None` where it is not there, or is made anew.
pub(super) fn wanted_image_id(scene: &Scene<'_>, reference: &str) -> Option<String> {
    let address = Address::new(Kind::ContainerImage, reference);
    if image_is_new(scene) {
        return None;
    }
    let id = |spec: &Spec| if let Spec::ContainerImage(spec) = spec { spec.id.clone() } else { None };
    match &scene.input.observed.resources.get(&address)?.seen {
        Seen::Parsed { config, .. } => id(config),
        Seen::Unchanged => id(&scene.input.applied.rows.get(&address)?.spec),
    }
}

/// Whether this plan makes the container's image anew. A registry that is asked at every apply may well answer
/// with what is there: then the next plan knows.
fn image_is_new(scene: &Scene<'_>) -> bool {
    let Spec::Container(spec) = &scene.resource.spec else { return false };
    let address = Address::new(Kind::ContainerImage, &spec.image);
    let made = scene.decided.get(&address).is_some_and(|draft| {
        draft.deeds.iter().any(|deed| matches!(deed.action, Action::Create { .. } | Action::Replace { .. }))
    });
    let asks = scene.input.desired.resources.get(&address).is_some_and(
        |resource| matches!(&resource.spec, Spec::ContainerImage(image) if container_image::asks_always(image)),
    );
    made && !(asks && scene.input.observed.resources.contains_key(&address))
}

fn sort(scene: &Scene<'_>, present: &Present<'_>, findings: &mut Findings) -> Sorted {
    let mut sorted = Sorted::default();
    let Some(actual @ Spec::Container(there)) = present.config() else { return sorted };
    let Spec::Container(declared) = &scene.resource.spec else { return sorted };
    if present.is_unchanged(scene) && wanted_image_id(scene, &declared.image) == there.image_id {
        return sorted;
    }
    let compared = compare(scene, present, declared, actual, there);
    object::note_left(scene, &compared.left, findings);
    let mut judge = Judge::new(&scene.resource.spec, actual, None);
    for difference in compared.differences {
        let list = match judge.class(&difference) {
            Class::Ignored | Class::Once => continue,
            _ if scene.is_accepted(present, &difference) => continue,
            _ if object::is_held(scene, &difference) => &mut sorted.held,
            Class::Live | Class::InPlace => &mut sorted.in_place,
            _ => &mut sorted.recreate,
        };
        list.push(difference);
    }
    sorted
}

/// Compares, with the image's identity in the place of its name wherever it is known.
fn compare(
    scene: &Scene<'_>,
    present: &Present<'_>,
    declared: &ContainerSpec,
    actual: &Spec,
    there: &ContainerSpec,
) -> crate::diff::ThreeWay {
    let mut wanted = Leaves::of(&scene.resource.spec);
    let mut applied = present.applied(scene);
    let id = "imageId".into();
    wanted.fields.remove(&id);
    if let Some(applied) = &mut applied {
        applied.fields.remove(&id);
    }
    let wanted_id = wanted_image_id(scene, &declared.image);
    if let (Some(wanted_id), Some(_)) = (&wanted_id, &there.image_id) {
        wanted.fields.insert(id, json!(wanted_id));
    }
    let mut compared = three_way(&wanted, applied.as_ref(), &Leaves::of(actual));
    if wanted_id.is_some() && wanted_id == there.image_id {
        compared.differences.retain(|difference| difference.path.as_str() != "image");
    }
    compared
}

fn recreate(
    scene: &Scene<'_>,
    present: &Present<'_>,
    sorted: &Sorted,
    new_image: bool,
    findings: &mut Findings,
) -> Option<Draft> {
    let mut fields = object::lines(scene, &sorted.recreate, Effect::Recreate);
    fields.extend(object::lines(scene, &sorted.in_place, Effect::Recreate));
    fields.sort_by(|a, b| a.path.cmp(&b.path));
    let adopted = present.tenure == Tenure::Adopted;
    let policy = &scene.resource.policy;
    if policy.on_change == OnChange::Live {
        let field = sorted.recreate.first().map_or_else(|| "image".into(), |difference| difference.path.clone());
        let (address, at) = (scene.address.clone(), scene.place(&field));
        findings.errors.push(PlanError::NotLive { address, field, needs: "a new container", at });
        return None;
    }
    let verb = match () {
        () if adopted => Verb::Adopt,
        () if fields.is_empty() => Verb::Recreate,
        () => verb_for(fields.iter(), Verb::Recreate),
    };
    let draft = scene.draft(verb, Effect::Recreate, fields).with(replacement(scene, present));
    Some(match () {
        () if adopted => draft.because("labels cannot be changed, so it is made anew under our care"),
        () if new_image && sorted.recreate.is_empty() => draft.because("its image is made anew"),
        () => draft,
    })
}

fn replacement(scene: &Scene<'_>, present: &Present<'_>) -> Vec<Deed> {
    let unit = scene.unit();
    let start = scene.resource.power == Power::Running;
    let active = is_active(present.seen.power);
    let hook = |phase, when: bool| unit.hook(phase).filter(|_| when).map(|action| scene.deed(action));
    let replace = scene.deed(Action::Replace {
        spec: scene.filled_spec(None),
        mark: scene.mark(),
        start,
        shutdown: scene.resource.policy.shutdown,
        health: scene.resource.health.clone().filter(|_| start),
    });
    let deeds = [
        hook(HookPhase::PreStop, active),
        hook(HookPhase::PreStart, start),
        Some(replace),
        hook(HookPhase::PostStop, active),
        hook(HookPhase::PostStart, start),
    ];
    deeds.into_iter().flatten().collect()
}

/// Files mounted into the running container that this plan writes anew: a mount shows the old file until the
/// container starts again.
fn remounted(scene: &Scene<'_>, present: &Present<'_>, findings: &mut Findings) -> BTreeSet<Address> {
    let Spec::Container(spec) = &scene.resource.spec else { return BTreeSet::new() };
    if !is_active(present.seen.power) || scene.resource.power != Power::Running {
        return BTreeSet::new();
    }
    let is_mounted = |address: &Address| {
        let path = scene.input.desired.resources.get(address).and_then(|file| kept_at(&file.spec));
        path.is_some_and(|path| spec.mounts.values().any(|mount| std::path::Path::new(&mount.source) == path))
    };
    let files: BTreeSet<Address> = scene
        .decided
        .iter()
        .filter(|(address, draft)| address.kind == Kind::File && !draft.deeds.is_empty() && is_mounted(address))
        .map(|(address, _)| address.clone())
        .collect();
    match (scene.resource.policy.on_change, files.first()) {
        (OnChange::Live | OnChange::Never, Some(file)) => {
            let text =
                format!("sees the new {file} only after its next restart, which its `update.onChange` leaves to you");
            findings.notes.push(scene.note(text));
            BTreeSet::new()
        }
        _ => files,
    }
}

fn why(scene: &Scene<'_>, present: &Present<'_>, verb: Verb, files: &BTreeSet<Address>) -> Option<String> {
    match verb {
        Verb::Start if present.seen.power == PowerState::Paused => {
            Some("it is paused, and is declared to run".to_owned())
        }
        Verb::Start if present.seen.power == PowerState::Crashed => {
            Some("it has crashed, and is declared to run".to_owned())
        }
        Verb::Start => Some("it is off, and is declared to run".to_owned()),
        Verb::Stop => Some("it runs, and is declared to be off".to_owned()),
        Verb::Restart => files.first().map(|file| format!("{file}, which it mounts, is written anew")),
        Verb::Hold | Verb::Drift if present.seen.power != PowerState::Off => held(scene, verb),
        _ => None,
    }
}

fn held(scene: &Scene<'_>, verb: Verb) -> Option<String> {
    let left = verb == Verb::Hold || scene.resource.policy.drift != model::DriftPolicy::Revert;
    left.then(|| object::held_because(scene).to_owned())
}
