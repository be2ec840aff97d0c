//! What the engine lists of images → [`ContainerImageSpec`].

use std::collections::BTreeMap;

use bollard::models::ImageSummary;
use model::{AppliedRow, Spec, spec::ContainerImageSpec};

use super::{canonical, fingerprint_of};
use crate::docker::labels;

/// The engine's images by every reference that stands for one; canonical.
pub(crate) fn by_reference(images: &[ImageSummary]) -> BTreeMap<String, &ImageSummary> {
    let references = |image: &ImageSummary| -> Vec<String> {
        let all = image.repo_tags.iter().chain(&image.repo_digests);
        all.filter(|reference| !reference.contains("<none>")).map(|reference| canonical(reference)).collect()
    };
    images.iter().flat_map(|image| references(image).into_iter().map(move |reference| (reference, image))).collect()
}

/// An image as it is. Where it came from is remembered only by the row of its last apply.
pub(crate) fn spec(reference: &str, image: &ImageSummary, row: Option<&AppliedRow>) -> ContainerImageSpec {
    let applied = row.and_then(|row| match &row.spec {
        Spec::ContainerImage(applied) => Some((applied, row.fingerprint == fingerprint_of(&image.id))),
        _ => None,
    });
    let remembered = applied.filter(|(_, is_same)| *is_same).and_then(|(applied, _)| applied.archive_sha256.clone());
    ContainerImageSpec {
        reference: reference.to_owned(),
        source: applied.and_then(|(applied, _)| applied.source.clone()),
        archive_sha256: image.labels.get(labels::ARCHIVE).cloned().or(remembered),
        id: Some(image.id.clone()),
    }
}
