//! Storage volumes: they grow, and nothing else.

use model::{Address, Bytes, Seen, Spec, spec::DiskSource};
use serde_json::Value;

use super::{Draft, Findings, Present, Scene, Tenure, object, verb_for};
use crate::{Action, Data, Destroy, Effect, PlanError, Verb, diff::Difference, power::is_active};

/// Decides what happens to a volume that is there.
pub(super) fn update(scene: &Scene<'_>, present: &Present<'_>, findings: &mut Findings) -> Option<Draft> {
    let sorted = object::sort(scene, present, findings);
    if !sorted.immutable.is_empty() {
        return made_anew(scene, present, &sorted.immutable, findings);
    }
    if let Some(error) = sorted.resize.iter().find_map(|difference| shrinks(scene, difference)) {
        findings.errors.push(error);
        return None;
    }
    let user = running_user(scene);
    let mut fields = object::lines(scene, &sorted.resize, if user.is_some() { Effect::Live } else { Effect::None });
    let grows = !fields.is_empty();
    fields.extend(object::lines_left(scene, &sorted.held));
    let mut deeds = Vec::new();
    if present.tenure == Tenure::Adopted {
        deeds.push(scene.deed(Action::Adopt { mark: scene.mark() }));
    }
    if grows && user.is_none() {
        let paths = sorted.resize.iter().map(|difference| difference.path.clone()).collect();
        let spec = scene.filled_spec(present.config());
        deeds.push(scene.deed(Action::Configure { spec, fields: paths, mark: scene.mark() }));
    }
    if fields.is_empty() && deeds.is_empty() {
        return None;
    }
    let verb = match () {
        () if present.tenure == Tenure::Adopted => Verb::Adopt,
        () if grows => verb_for(fields.iter(), Verb::Update),
        () => verb_for(fields.iter(), Verb::Hold),
    };
    let mut draft = scene.draft(verb, fields.iter().map(|field| field.effect).max().unwrap_or_default(), fields);
    if grows && let Some(user) = user {
        findings.settled.insert(scene.address.clone());
        draft.change.why = Some(format!("grown through {user}, which has it open"));
        draft.carried_by = Some(user);
    } else if !grows && verb != Verb::Adopt {
        draft.change.why = Some(object::held_because(scene).to_owned());
    }
    Some(draft.with(deeds))
}

/// The size that a volume of this plan grows to through the domain that has it open.
pub(super) fn grows_to(scene: &Scene<'_>, volume: &str) -> Option<Bytes> {
    let address = Address::new(model::Kind::Volume, volume);
    let draft = scene.decided.get(&address)?;
    (draft.carried_by.as_ref() == Some(scene.address)).then_some(())?;
    let Spec::Volume(spec) = &scene.input.desired.resources.get(&address)?.spec else { return None };
    spec.capacity
}

/// A declared domain of ours that runs with the volume on one of its disks.
fn running_user(scene: &Scene<'_>) -> Option<Address> {
    let uses = |spec: &Spec| match spec {
        Spec::Domain(domain) => {
            let wanted = DiskSource::Volume(scene.address.name.clone());
            domain.disks.values().any(|disk| disk.source.as_ref() == Some(&wanted))
        }
        _ => false,
    };
    let mut running = scene.input.desired.units().filter(|(address, resource)| {
        let seen = scene.input.observed.resources.get(*address);
        uses(&resource.spec)
            && seen.is_some_and(|seen| {
                let has_it = match &seen.seen {
                    Seen::Unchanged => true,
                    Seen::Parsed { config, live } => uses(live.as_ref().unwrap_or(config)),
                };
                is_active(seen.power) && has_it && matches!(seen.ownership, model::Ownership::Ours { .. })
            })
    });
    running.next().map(|(address, _)| address.clone())
}

fn shrinks(scene: &Scene<'_>, difference: &Difference) -> Option<PlanError> {
    let bytes = |value: &Option<Value>| value.as_ref().and_then(Value::as_u64).map(Bytes::new);
    let (from, to) = (bytes(&difference.old)?, bytes(&difference.new)?);
    (to < from).then(|| PlanError::Shrink {
        address: scene.address.clone(),
        from,
        to,
        at: scene.place(&difference.path),
    })
}

/// A format or backing that changed: refused, unless data may be destroyed and nothing runs on it.
fn made_anew(
    scene: &Scene<'_>,
    present: &Present<'_>,
    differences: &[Difference],
    findings: &mut Findings,
) -> Option<Draft> {
    let allowed = scene.input.options.destroy == Destroy::Allow
        && present.tenure == Tenure::Ours
        && !scene.resource.policy.protect
        && present.seen.foreign_users.is_empty()
        && running_user(scene).is_none();
    if !allowed {
        for difference in differences {
            let word = |value: &Option<Value>| value.as_ref().map_or_else(|| "unset".to_owned(), crate::print::plain);
            findings.errors.push(PlanError::WouldLoseData {
                address: scene.address.clone(),
                field: difference.path.clone(),
                from: word(&difference.old),
                to: word(&difference.new),
                at: scene.place(&difference.path),
            });
        }
        return None;
    }
    let deeds = vec![
        scene.deed(Action::Delete { data: Data::Destroy }),
        scene.deed(Action::Create { spec: scene.filled_spec(None), mark: scene.mark() }),
    ];
    let fields = object::lines(scene, differences, Effect::Destroy);
    Some(scene.draft(Verb::Destroy, Effect::Destroy, fields).with(deeds).because("made anew, without its data"))
}
