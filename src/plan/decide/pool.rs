//! Storage pools.

use model::PowerState;

use super::{Draft, Findings, Present, Scene, Tenure, object, strongest, verb_for};
use crate::{Action, Effect, Verb};

/// Decides what happens to a pool that is there.
pub(super) fn update(scene: &Scene<'_>, present: &Present<'_>, findings: &mut Findings) -> Option<Draft> {
    let sorted = object::sort(scene, present, findings);
    let off = present.seen.power == PowerState::Off;
    let mut fields = object::lines(scene, &sorted.change, if off { Effect::None } else { Effect::Live });
    let acted = fields.len();
    fields.extend(object::lines_left(scene, &sorted.immutable));
    fields.extend(object::lines_left(scene, &sorted.held));

    let mut deeds = Vec::new();
    if present.tenure == Tenure::Adopted {
        deeds.push(scene.deed(Action::Adopt { mark: scene.mark() }));
    }
    if acted > 0 {
        let paths = fields[..acted].iter().map(|field| field.path.clone()).collect();
        let spec = scene.filled_spec(present.config());
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
        () if acted > 0 => verb_for(fields[..acted].iter(), Verb::Update),
        () if off => Verb::Start,
        () => Verb::Hold,
    };
    let effect = strongest(fields.iter());
    let mut draft = scene.draft(verb, effect, fields).with(deeds);
    if !sorted.immutable.is_empty() {
        draft = draft
            .because("a pool is never moved by itself: declare one under another name, and move its volumes there");
    } else if verb == Verb::Hold {
        draft = draft.because(object::held_because(scene));
    }
    Some(draft)
}
