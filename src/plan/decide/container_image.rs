//! Images of the container engine.

use model::{
    OnChange, Spec,
    spec::{ContainerImageSource, ContainerImageSpec, PullPolicy},
};

use super::{Draft, Findings, Present, Scene, Tenure, image, object};
use crate::{Action, Effect, Verb};

/// Decides what happens to a container image that is there.
pub(super) fn update(scene: &Scene<'_>, present: &Present<'_>, findings: &mut Findings) -> Option<Draft> {
    let Spec::ContainerImage(spec) = &scene.resource.spec else { return None };
    let mut sorted = object::sort(scene, present, findings);
    sorted.replace.retain(|difference| difference.path.as_str() != "source" || is_reloaded(spec, present));
    if asks_always(spec) && scene.resource.policy.on_change != OnChange::Never {
        let mut draft = image::replace(scene, &sorted.replace);
        draft.change.verb = if sorted.replace.is_empty() { Verb::Refresh } else { draft.change.verb };
        return Some(draft.because("its policy asks the registry at every apply"));
    }
    if sorted.replace.is_empty() {
        return match present.tenure {
            Tenure::Ours => image::adopt_or_hold(scene, present, &sorted.held),
            Tenure::Adopted if is_made_of_an_archive(spec) => Some(remembered(scene)),
            Tenure::Adopted => None,
        };
    }
    Some(image::replace(scene, &sorted.replace))
}

/// An image of ours of which nothing is remembered is as good as a new one: it is made of the same archive.
fn remembered(scene: &Scene<'_>) -> Draft {
    let draft = scene.draft(Verb::Adopt, Effect::None, Vec::new());
    draft.with(vec![scene.deed(Action::Adopt { mark: scene.mark() })]).because("it is there, made of the same archive")
}

fn is_made_of_an_archive(spec: &ContainerImageSpec) -> bool {
    matches!(spec.source, Some(ContainerImageSource::Archive(_) | ContainerImageSource::Rootfs(_)))
}

/// Whether the registry is asked at every apply.
pub(super) fn asks_always(spec: &ContainerImageSpec) -> bool {
    spec.source == Some(ContainerImageSource::Pull(PullPolicy::Always))
}

/// Whether another source means other contents: a pull policy does not, nor an archive of the same hash.
fn is_reloaded(spec: &ContainerImageSpec, present: &Present<'_>) -> bool {
    let Some(Spec::ContainerImage(actual)) = present.config() else { return true };
    match (&spec.source, &actual.source) {
        (Some(ContainerImageSource::Pull(_)), None | Some(ContainerImageSource::Pull(_))) => false,
        (Some(ContainerImageSource::Pull(_)), Some(_)) => true,
        _ => spec.archive_sha256.is_none() || spec.archive_sha256 != actual.archive_sha256,
    }
}
