//! Domains: what is changed live, what waits for a cold start, and what is done in which order.

mod accommodate;
mod sort;

use model::{Power, PowerState, Spec};

use super::{Deed, Draft, Findings, Present, Scene, Tenure, object, strongest, verb_for};
use crate::{
    Action, Cause, Effect, Fate, FieldChange, Verb,
    power::{Switch, is_active},
};
use sort::Sorted;

/// Decides what happens to a domain that is there.
pub(super) fn update(scene: &Scene<'_>, present: &Present<'_>, findings: &mut Findings) -> Option<Draft> {
    let config = present.config()?;
    let running = runs_on(scene, present).then(|| present.live().unwrap_or(config));
    let sorted = sort::sort(scene, present, config, running, findings);
    note_managed_save(scene, present, &sorted, findings);
    let mut spec = scene.filled_spec(Some(config));
    sorted.write_sizes(&mut spec);
    let deeds = deeds(scene, present, &sorted, &spec);
    if deeds.is_empty() && sorted.fields.is_empty() {
        return None;
    }
    let verb = verb(scene, present, &sorted, &deeds);
    let effect = effect(&deeds, &sorted.fields, is_active(present.seen.power));
    let why = why(scene, present, &sorted, verb);
    let mut draft = scene.draft(verb, effect, sorted.fields).with(deeds);
    draft.change.why = why;
    Some(draft)
}

/// Whether the domain runs now and is to run on: only then does its running state count.
fn runs_on(scene: &Scene<'_>, present: &Present<'_>) -> bool {
    let state = present.seen.power;
    is_active(state) && state != PowerState::Stopping && scene.resource.power == Power::Running
}

fn deeds(scene: &Scene<'_>, present: &Present<'_>, sorted: &Sorted, spec: &Spec) -> Vec<Deed> {
    let unit = scene.unit();
    let mut deeds = Vec::new();
    if present.tenure == Tenure::Adopted {
        deeds.push(scene.deed(Action::Adopt { mark: scene.mark() }));
    }
    let live = |fields: &[model::FieldPath]| {
        (!fields.is_empty()).then(|| scene.deed(Action::ChangeLive { spec: spec.clone(), fields: fields.to_vec() }))
    };
    let configure = configure(scene, present, sorted, spec);
    match (sorted.restart, scene.switch(present)) {
        (true, _) => {
            deeds.extend(live(&sorted.growing()));
            deeds.extend(unit.stop());
            deeds.extend(configure);
            deeds.extend(unit.start());
        }
        (false, Switch::Cycle) => {
            deeds.push(scene.deed(Action::Stop { shutdown: scene.resource.policy.shutdown }));
            deeds.extend(configure);
            deeds.extend(unit.start());
            deeds.extend(live(&sorted.growing()));
        }
        (false, Switch::Off) => {
            deeds.extend(live(&sorted.growing()));
            deeds.extend(unit.stop());
            deeds.extend(configure);
        }
        (false, other) => {
            deeds.extend(configure);
            deeds.extend(live(&sorted.live));
            deeds.extend(unit.switched(other));
        }
    }
    deeds
}

/// The redefinition, where one is needed: fields, a mark that says something old, or a domain that so far exists
/// only while it runs.
fn configure(scene: &Scene<'_>, present: &Present<'_>, sorted: &Sorted, spec: &Spec) -> Option<Deed> {
    if present.seen.domain.as_ref().is_some_and(|facts| facts.transient) {
        return Some(scene.deed(Action::Create { spec: spec.clone(), mark: scene.mark() }));
    }
    let needed = !sorted.configure.is_empty() || present.mark_is_old(scene);
    needed.then(|| {
        let fields = sorted.configure.clone();
        scene.deed(Action::Configure { spec: spec.clone(), fields, mark: scene.mark() })
    })
}

fn verb(scene: &Scene<'_>, present: &Present<'_>, sorted: &Sorted, deeds: &[Deed]) -> Verb {
    let acted = || sorted.fields.iter().filter(|field| field.fate == Fate::Changed);
    if present.tenure == Tenure::Adopted {
        return Verb::Adopt;
    }
    if sorted.restart {
        return Verb::Restart;
    }
    if acted().next().is_none() {
        return match scene.switch(present) {
            Switch::On | Switch::Wake | Switch::Cycle => Verb::Start,
            Switch::Off => Verb::Stop,
            Switch::Nothing if deeds.is_empty() => verb_for(sorted.fields.iter(), Verb::Hold),
            Switch::Nothing => Verb::Update,
        };
    }
    let otherwise = match () {
        () if sorted.configure.is_empty() && sorted.live.is_empty() => Verb::Pending,
        () if sorted.live.is_empty() && afresh(&sorted.fields) >= Effect::NextBoot => Verb::Stage,
        () => Verb::Update,
    };
    verb_for(acted(), otherwise)
}

fn effect(deeds: &[Deed], fields: &[FieldChange], active: bool) -> Effect {
    let stops = deeds.iter().any(|deed| matches!(deed.action, Action::Stop { .. }));
    let floor = if stops && active { Effect::Restart } else { Effect::None };
    afresh(fields).max(floor)
}

/// The strongest effect of this plan's own changes; of those that wait already where there are no others.
fn afresh(fields: &[FieldChange]) -> Effect {
    let own = || fields.iter().filter(|field| field.fate == Fate::Changed && field.cause != Cause::Waiting);
    if own().next().is_some() { strongest(own()) } else { strongest(fields.iter()) }
}

fn why(scene: &Scene<'_>, present: &Present<'_>, sorted: &Sorted, verb: Verb) -> Option<String> {
    let state = match present.seen.power {
        PowerState::Paused => "it is paused",
        PowerState::Crashed => "it has crashed",
        PowerState::Stopping => "it is on its way down",
        PowerState::Off | PowerState::Finished | PowerState::Running | PowerState::Restarting => "it is off",
    };
    match verb {
        Verb::Start => Some(format!("{state}, and is declared to run")),
        Verb::Stop => Some("it runs, and is declared to be off".to_owned()),
        Verb::Update if sorted.fields.is_empty() => Some("its mark is brought up to date".to_owned()),
        _ if !sorted.immutable.is_empty() => Some(format!(
            "`{}` is never changed by itself: remove the domain and declare it anew under another name",
            sorted.immutable[0]
        )),
        Verb::Hold | Verb::Drift if sorted.fields.iter().all(|field| field.fate == Fate::Left) => {
            Some(object::held_because(scene).to_owned())
        }
        _ => None,
    }
}

fn note_managed_save(scene: &Scene<'_>, present: &Present<'_>, sorted: &Sorted, findings: &mut Findings) {
    let saved = present.seen.domain.as_ref().is_some_and(|facts| facts.managed_save);
    if saved && !sorted.configure.is_empty() {
        let text = "its memory is saved: the next start brings the old configuration back with it, and the change \
                    takes effect at the cold start after that (`virsh managedsave-remove` drops what was saved)";
        findings.notes.push(scene.note(text.to_owned()));
    }
}
