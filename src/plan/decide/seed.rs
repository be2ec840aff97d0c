//! cloud-init seeds.

use super::{Draft, Findings, Present, Scene, image, object};

/// Decides what happens to a seed that is there.
pub(super) fn update(scene: &Scene<'_>, present: &Present<'_>, findings: &mut Findings) -> Option<Draft> {
    let sorted = object::sort(scene, present, findings);
    if sorted.replace.is_empty() {
        return image::adopt_or_hold(scene, present, &sorted.held);
    }
    Some(image::replace(scene, &sorted.replace))
}
