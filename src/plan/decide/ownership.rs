//! Whose an object is, and whether we may touch it.

use model::Ownership;

use super::{Findings, Present, Scene, Tenure};
use crate::PlanError;

/// How the references begin under which images made of archives and root file systems are kept.
const OUR_IMAGES: &str = "hypernix/";

/// What may be done with a declared address.
pub(super) enum Claim<'a> {
    /// Nothing is there.
    Absent,
    /// It is ours, or becomes ours.
    Present(Present<'a>),
    /// It is not ours; the finding says so.
    Refused,
}

/// Finds out whose the object at a declared address is.
pub(super) fn claim<'a>(scene: &Scene<'a>, findings: &mut Findings) -> Claim<'a> {
    let Some(seen) = scene.input.observed.resources.get(scene.address) else { return Claim::Absent };
    let (address, at) = (scene.address.clone(), scene.resource.declared_at.clone());
    let tenure = match &seen.ownership {
        Ownership::Ours { .. } => Tenure::Ours,
        Ownership::OtherOwner(owner) => {
            findings.errors.push(PlanError::OtherOwner { address, owner: *owner, at });
            return Claim::Refused;
        }
        Ownership::Unmanaged if needs_no_adoption(scene) || scene.released().is_some() => Tenure::Adopted,
        Ownership::Unmanaged if !scene.resource.policy.adopt => {
            findings.errors.push(PlanError::Unmanaged { address, at });
            return Claim::Refused;
        }
        Ownership::Unmanaged => Tenure::Adopted,
    };
    Claim::Present(Present { seen, row: scene.row(), tenure })
}

/// Files in our own folders, and engine images under our own names, without a row are what an interrupted apply or a
/// lost state left; an engine's image that is only to be there is used as it is.
fn needs_no_adoption(scene: &Scene<'_>) -> bool {
    match &scene.resource.spec {
        model::Spec::Image(_) | model::Spec::Seed(_) | model::Spec::File(_) => true,
        model::Spec::ContainerImage(spec) => {
            use model::spec::{ContainerImageSource, PullPolicy};
            let only_to_be_there = matches!(
                spec.source,
                None | Some(ContainerImageSource::Pull(PullPolicy::Missing | PullPolicy::Never | PullPolicy::Always))
            );
            only_to_be_there || spec.reference.starts_with(OUR_IMAGES)
        }
        _ => false,
    }
}
