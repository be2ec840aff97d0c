//! Networks of the container engine.

use super::{Draft, Findings, Present, Scene, Tenure, object, verb_for};
use crate::{Action, Effect, Verb};

/// Decides what happens to a Docker network that is there.
pub(super) fn update(scene: &Scene<'_>, present: &Present<'_>, findings: &mut Findings) -> Option<Draft> {
    let sorted = object::sort(scene, present, findings);
    let adopted = present.tenure == Tenure::Adopted;
    let used = !present.seen.foreign_users.is_empty();
    let mut fields = if used {
        object::lines_left(scene, &sorted.replace)
    } else {
        object::lines(scene, &sorted.replace, Effect::Recreate)
    };
    fields.extend(object::lines_left(scene, &sorted.held));
    let mut deeds = Vec::new();
    if adopted {
        deeds.push(scene.deed(Action::Adopt { mark: scene.mark() }));
    }
    let replaces = !used && !sorted.replace.is_empty();
    if replaces {
        deeds.push(scene.deed(Action::Replace {
            spec: scene.filled_spec(present.config()),
            mark: scene.mark(),
            start: true,
            shutdown: scene.resource.policy.shutdown,
            health: None,
        }));
    }
    if deeds.is_empty() && fields.is_empty() {
        return None;
    }
    let verb = match () {
        () if adopted => Verb::Adopt,
        () if replaces => verb_for(fields.iter(), Verb::Recreate),
        () => verb_for(fields.iter(), Verb::Hold),
    };
    let mut draft = scene.draft(verb, if replaces { Effect::Recreate } else { Effect::None }, fields).with(deeds);
    if used && !sorted.replace.is_empty() {
        draft = draft.because("containers that are not ours are in it, so it is not made anew");
    } else if verb == Verb::Hold || !replaces && !adopted {
        draft = draft.because(object::held_because(scene));
    }
    Some(draft)
}
