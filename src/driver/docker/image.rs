//! Container images: pulled, loaded from what `docker save` writes, or made of a root file system.

mod archive;
mod credentials;
mod fetch;
mod progress;
pub(crate) mod read;
mod reference;

use bollard::{
    models::ImageInspect,
    query_parameters::{RemoveImageOptions, TagImageOptionsBuilder},
};
use model::{
    Fingerprint,
    spec::{ContainerImageSource, ContainerImageSpec, PullPolicy},
};
use sha2::{Digest, Sha256};

use super::{Docker, EngineError, labels};
use crate::{Outcome, fault::Fault};

pub(super) use archive::checked_hash;
pub(crate) use reference::{canonical, repository_and_tag};

impl Docker {
    /// Gets the image as its source says; where there is none, it has to be there.
    pub(super) async fn create_image(&self, spec: &ContainerImageSpec) -> Result<Outcome, Fault> {
        match &spec.source {
            Some(ContainerImageSource::Pull(PullPolicy::Always)) => self.pull(&spec.reference).await?,
            Some(ContainerImageSource::Pull(PullPolicy::Missing)) => {
                if self.inspect_image(&spec.reference).await?.is_none() {
                    self.pull(&spec.reference).await?;
                }
            }
            Some(ContainerImageSource::Pull(PullPolicy::Never)) | None => {}
            Some(ContainerImageSource::Archive(path)) => self.load(path, spec).await?,
            Some(ContainerImageSource::Rootfs(path)) => self.import(path, spec).await?,
        }
        let there = self.inspect_image(&spec.reference).await?;
        let id = there.and_then(|image| image.id);
        let id = id.ok_or_else(|| Fault::refused(format!("the engine has no image `{}`", spec.reference)))?;
        Ok(Outcome { fingerprint: Some(fingerprint_of(&id)), ..Outcome::default() })
    }

    /// Takes the reference off, and with the last one the image; what is not there is removed already.
    pub(super) async fn delete_image(&self, reference: &str) -> Result<Outcome, Fault> {
        let what = format!("remove image {reference}");
        let options = None::<RemoveImageOptions>;
        let removed = self
            .engine
            .write(&what, |client| {
                let options = options.clone();
                async move { client.remove_image(reference, options, None).await }
            })
            .await;
        match removed {
            Err(error) if !error.is_missing() => Err(error.into()),
            _ => Ok(Outcome::default()),
        }
    }

    /// Removes an image that we made of an archive, once its name stands for another one. One that somebody uses
    /// stays: it is in nobody's way.
    pub(super) async fn remove_abandoned_image(&self, id: &str) {
        let there = self.inspect_image(id).await.ok().flatten();
        let abandoned = there.filter(|image| {
            let config = image.config.as_ref().and_then(|config| config.labels.as_ref());
            let is_made_here = config.is_some_and(|labelled| labelled.contains_key(labels::ARCHIVE));
            is_made_here && image.repo_tags.as_ref().is_none_or(Vec::is_empty)
        });
        if abandoned.is_some()
            && let Err(fault) = self.delete_image(id).await
        {
            tracing::debug!(id, reason = fault.reason(), "an image that has lost its name stays");
        }
    }

    /// The fingerprint of an image that is taken over as it is.
    pub(super) async fn adopt_image(&self, reference: &str) -> Result<Outcome, Fault> {
        let id = self.image_id(reference).await?;
        let id = id.ok_or_else(|| Fault::refused(format!("the engine has no image `{reference}`")))?;
        Ok(Outcome { fingerprint: Some(fingerprint_of(&id)), ..Outcome::default() })
    }

    /// The SHA-256 of the archive that we made an image of.
    async fn archive_of(&self, reference: &str) -> Result<Option<String>, EngineError> {
        let labelled = self.inspect_image(reference).await?.and_then(|image| image.config?.labels);
        Ok(labelled.and_then(|mut labelled| labelled.remove(labels::ARCHIVE)))
    }

    /// The id that a reference stands for.
    pub(super) async fn image_id(&self, reference: &str) -> Result<Option<String>, EngineError> {
        Ok(self.inspect_image(reference).await?.and_then(|image| image.id))
    }

    async fn inspect_image(&self, reference: &str) -> Result<Option<ImageInspect>, EngineError> {
        let what = format!("image {reference}");
        self.engine.find(&what, |client| async move { client.inspect_image(reference).await }).await
    }

    /// Lets `reference` stand for the image `id`.
    async fn tag(&self, id: &str, reference: &str) -> Result<(), EngineError> {
        let (repository, tag) = repository_and_tag(reference);
        let options = TagImageOptionsBuilder::default().repo(&repository).tag(&tag).build();
        self.engine
            .write(&format!("tag {reference}"), |client| {
                let options = options.clone();
                async move { client.tag_image(id, Some(options)).await }
            })
            .await
    }
}

/// The fingerprint of an image: its id is a hash of all of it.
pub(crate) fn fingerprint_of(id: &str) -> Fingerprint {
    Fingerprint { config: hex::encode(Sha256::digest(id)), live: String::new() }
}
