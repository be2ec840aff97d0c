//! Volumes of the container engine: what they are is never changed.

use super::{Draft, Findings, Present, Scene, Tenure, object};
use crate::{Action, Effect, Verb};

/// Decides what happens to a Docker volume that is there: it is taken over, or words are made.
pub(super) fn update(scene: &Scene<'_>, present: &Present<'_>, findings: &mut Findings) -> Option<Draft> {
    let sorted = object::sort(scene, present, findings);
    let mut fields = object::lines_left(scene, &sorted.immutable);
    fields.extend(object::lines_left(scene, &sorted.held));
    let differs = !fields.is_empty();
    let mut draft = match present.tenure {
        Tenure::Adopted => {
            let adopt = scene.deed(Action::Adopt { mark: scene.mark() });
            scene.draft(Verb::Adopt, Effect::None, fields).with(vec![adopt])
        }
        Tenure::Ours if differs => scene.draft(Verb::Hold, Effect::None, fields),
        Tenure::Ours => return None,
    };
    if differs {
        let why = "a volume is never made anew by itself: declare one under another name, and copy the data over";
        draft = draft.because(why);
    }
    Some(draft)
}
