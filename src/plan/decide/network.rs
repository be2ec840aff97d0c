//! libvirt networks.

use model::PowerState;

use super::{Draft, Findings, Present, Scene, Tenure, object, strongest, verb_for};
use crate::{Action, Effect, Verb};

/// Decides what happens to a network that is there.
pub(super) fn update(scene: &Scene<'_>, present: &Present<'_>, findings: &mut Findings) -> Option<Draft> {
    let sorted = object::sort(scene, present, findings);
    let off = present.seen.power == PowerState::Off;
    let used = !present.seen.foreign_users.is_empty();
    let replaced = match (off, used) {
        (true, _) => Effect::None,
        (false, true) => Effect::NextBoot,
        (false, false) => Effect::Restart,
    };
    let live = if off { Effect::None } else { Effect::Live };
    let mut fields = object::lines(scene, &sorted.change, live);
    fields.extend(object::lines(scene, &sorted.replace, replaced));
    let acted = fields.len();
    fields.extend(object::lines_left(scene, &sorted.held));

    let spec = scene.filled_spec(present.config());
    let mut deeds = Vec::new();
    if present.tenure == Tenure::Adopted {
        deeds.push(scene.deed(Action::Adopt { mark: scene.mark() }));
    }
    let replace = replaced == Effect::Restart && !sorted.replace.is_empty();
    if replace {
        deeds.push(scene.deed(Action::Replace {
            spec,
            mark: scene.mark(),
            start: true,
            shutdown: scene.resource.policy.shutdown,
            health: None,
        }));
    } else if acted > 0 || present.mark_is_old(scene) {
        let paths = fields[..acted].iter().map(|field| field.path.clone()).collect();
        deeds.push(scene.deed(Action::Configure { spec, fields: paths, mark: scene.mark() }));
    }
    if off {
        deeds.push(scene.deed(Action::Start));
    }
    if deeds.is_empty() && fields.is_empty() {
        return None;
    }
    let verb = match () {
        () if present.tenure == Tenure::Adopted => Verb::Adopt,
        () if replace => verb_for(fields[..acted].iter(), Verb::Restart),
        () if acted == 0 && off => Verb::Start,
        () if acted == 0 && !sorted.held.is_empty() => verb_for(fields.iter(), Verb::Hold),
        () if replaced == Effect::NextBoot && !sorted.replace.is_empty() => Verb::Stage,
        () if acted == 0 => Verb::Update,
        () => verb_for(fields[..acted].iter(), Verb::Update),
    };
    let effect = strongest(fields.iter());
    let why = why(&fields, acted, used && replaced == Effect::NextBoot && !sorted.replace.is_empty(), scene);
    let mut draft = scene.draft(verb, effect, fields).with(deeds);
    draft.change.why = why;
    Some(draft)
}

fn why(fields: &[crate::FieldChange], acted: usize, waits: bool, scene: &Scene<'_>) -> Option<String> {
    if waits {
        return Some("others than ours use it, so it is not restarted".to_owned());
    }
    if acted == 0 && !fields.is_empty() {
        return Some(object::held_because(scene).to_owned());
    }
    None
}
