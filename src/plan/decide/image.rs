//! Disk images on the host.

use model::{Address, Kind, Seen, Spec, spec::ImageSpec};

use super::{Draft, Findings, Present, Scene, Tenure, object, verb_for};
use crate::{Action, Effect, PlanError, Verb};

/// Decides what happens to an image that is there.
pub(super) fn update(scene: &Scene<'_>, present: &Present<'_>, findings: &mut Findings) -> Option<Draft> {
    let mut sorted = object::sort(scene, present, findings);
    if same_contents(scene, present) {
        sorted.replace.retain(|difference| difference.path.as_str() != "origin");
    }
    if sorted.replace.is_empty() {
        return adopt_or_hold(scene, present, &sorted.held);
    }
    if let Some(volume) = lying_over(scene, present) {
        let (address, at) = (scene.address.clone(), scene.resource.declared_at.clone());
        findings.errors.push(PlanError::ImageInUse { address, volume, at });
        return None;
    }
    Some(replace(scene, &sorted.replace))
}

/// A file that is written anew beside the old one.
pub(super) fn replace(scene: &Scene<'_>, differences: &[crate::diff::Difference]) -> Draft {
    let fields = object::lines(scene, differences, Effect::Live);
    let verb = if fields.is_empty() { Verb::Update } else { verb_for(fields.iter(), Verb::Update) };
    let deed = scene.deed(Action::Replace {
        spec: scene.filled_spec(None),
        mark: scene.mark(),
        start: false,
        shutdown: scene.resource.policy.shutdown,
        health: None,
    });
    scene.draft(verb, Effect::Live, fields).with(vec![deed])
}

/// What happens to a file that is as declared: it is taken over, or words are made.
pub(super) fn adopt_or_hold(
    scene: &Scene<'_>,
    present: &Present<'_>,
    held: &[crate::diff::Difference],
) -> Option<Draft> {
    if present.tenure == Tenure::Adopted && scene.released().is_some() {
        let adopt = scene.deed(Action::Adopt { mark: scene.mark() });
        let draft = scene.draft(Verb::Adopt, Effect::None, Vec::new()).with(vec![adopt]);
        return Some(draft.because("it was let go of, and is as it was then"));
    }
    if present.tenure == Tenure::Adopted {
        return Some(replace(scene, &[]).because("a file of this name is there, of which nothing is remembered"));
    }
    let fields = object::lines_left(scene, held);
    let verb = verb_for(fields.iter(), Verb::Hold);
    (!fields.is_empty()).then(|| scene.draft(verb, Effect::None, fields).because(object::held_because(scene)))
}

fn same_contents(scene: &Scene<'_>, present: &Present<'_>) -> bool {
    let hash = |spec: &Spec| if let Spec::Image(ImageSpec { sha256, .. }) = spec { sha256.clone() } else { None };
    let declared = hash(&scene.resource.spec);
    declared.is_some() && declared == present.config().and_then(hash)
}

/// A volume whose contents are partly in this image's file.
fn lying_over(scene: &Scene<'_>, present: &Present<'_>) -> Option<Address> {
    let Some(Spec::Image(ImageSpec { path, .. })) = present.config() else { return None };
    let over = |spec: &Spec| matches!(spec, Spec::Volume(volume) if volume.backing.as_ref() == Some(path));
    let volumes = scene.input.observed.resources.iter().filter(|(address, _)| address.kind == Kind::Volume);
    let mut over = volumes.filter(|(address, seen)| match &seen.seen {
        Seen::Parsed { config, .. } => over(config),
        Seen::Unchanged => scene.input.applied.rows.get(*address).is_some_and(|row| over(&row.spec)),
    });
    over.next().map(|(address, _)| address.clone())
}
