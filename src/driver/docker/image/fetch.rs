//! The three ways in which an image comes to the engine.

use std::{io, path::Path, sync::Arc, time::Duration};

use bollard::{
    body_try_stream,
    errors::Error,
    models::BuildInfo,
    query_parameters::{CreateImageOptionsBuilder, ImportImageOptions},
};
use bytes::Bytes;
use futures::{Stream, TryStreamExt};
use model::{Address, Kind, spec::ContainerImageSpec};

use super::{archive, canonical, credentials, progress::Layers, repository_and_tag};
use crate::{
    docker::{Docker, EngineError, labels},
    fault::Fault,
};

/// How long a pull, load or import may take.
const DEADLINE: Duration = Duration::from_secs(3600);

impl Docker {
    /// Asks the registry, as whom `docker login` says.
    pub(super) async fn pull(&self, reference: &str) -> Result<(), EngineError> {
        let with_tag = canonical(reference);
        let options = CreateImageOptionsBuilder::default().from_image(&with_tag).build();
        let client = self.engine.client().await?;
        self.engine.calls.write();
        let mut layers = Layers::default();
        let lines = client.create_image(Some(options), None, credentials::of(reference));
        let told = lines.inspect_ok(|line| {
            if let Some((done, total)) = layers.take(line) {
                self.tell(reference, done, total);
            }
        });
        self.within(&format!("pull {reference}"), drain(told)).await.map(|_| ())
    }

    /// Loads what `docker save` wrote and lets the reference stand for it.
    pub(super) async fn load(&self, path: &Path, spec: &ContainerImageSpec) -> Result<(), Fault> {
        archive::checked_hash(path, spec.archive_sha256.as_deref()).await?;
        let _turn = self.loading.lock().await;
        let bytes = self.stream(path, &spec.reference).await?;
        let client = self.engine.client().await?;
        self.engine.calls.write();
        let loaded = client.import_image(ImportImageOptions::default(), body_try_stream(bytes), None);
        let lines = self.within(&format!("load {}", path.display()), drain(loaded)).await?;
        let loaded: Vec<String> = lines.iter().filter_map(loaded_image).collect();
        if loaded.iter().any(|image| canonical(image) == canonical(&spec.reference)) {
            return Ok(());
        }
        match loaded.as_slice() {
            [only] => Ok(self.tag(only, &spec.reference).await?),
            _ => Err(Fault::refused(format!(
                "{} has no image `{}`, only: {}",
                path.display(),
                spec.reference,
                loaded.join(", ")
            ))),
        }
    }

    /// Makes an image of the tar of a root file system, with the archive's hash as a label.
    pub(super) async fn import(&self, path: &Path, spec: &ContainerImageSpec) -> Result<(), Fault> {
        let hash = archive::checked_hash(path, spec.archive_sha256.as_deref()).await?;
        if self.archive_of(&spec.reference).await?.as_ref() == Some(&hash) {
            return Ok(());
        }
        let bytes = self.stream(path, &spec.reference).await?;
        let (repository, tag) = repository_and_tag(&spec.reference);
        let change = format!("LABEL {}={hash}", labels::ARCHIVE);
        let options =
            CreateImageOptionsBuilder::default().from_src("-").repo(&repository).tag(&tag).changes(vec![change]);
        let client = self.engine.client().await?;
        self.engine.calls.write();
        let imported = client.create_image(Some(options.build()), Some(body_try_stream(bytes)), None);
        self.within(&format!("import {}", path.display()), drain(imported)).await?;
        Ok(())
    }

    /// The archive's bytes, counted on their way.
    async fn stream(
        &self,
        path: &Path,
        reference: &str,
    ) -> Result<impl Stream<Item = io::Result<Bytes>> + Send + use<>, Fault> {
        let (bytes, length) = archive::stream(path).await?;
        let (progress, image) = (Arc::clone(&self.progress), address_of(reference));
        let mut done = 0;
        Ok(bytes.inspect_ok(move |chunk| {
            done += chunk.len() as u64;
            progress(&image, model::Bytes::new(done), Some(model::Bytes::new(length)));
        }))
    }

    fn tell(&self, reference: &str, done: model::Bytes, total: model::Bytes) {
        (self.progress)(&address_of(reference), done, Some(total));
    }

    async fn within<T>(&self, what: &str, call: impl Future<Output = Result<T, Error>>) -> Result<T, EngineError> {
        match tokio::time::timeout(DEADLINE, call).await {
            Ok(answer) => answer.map_err(|error| self.engine.sort(what, error)),
            Err(_) => Err(EngineError::Deadline { what: what.to_owned(), deadline: DEADLINE }),
        }
    }
}

fn address_of(reference: &str) -> Address {
    Address::new(Kind::ContainerImage, reference)
}

/// Reads a stream of progress to its end; an error in it is the call's error.
async fn drain<T>(progress: impl Stream<Item = Result<T, Error>>) -> Result<Vec<T>, Error> {
    progress.try_collect().await
}

/// The image that a line of `docker load` names.
fn loaded_image(line: &BuildInfo) -> Option<String> {
    let text = line.stream.as_deref()?.trim();
    let image = text.strip_prefix("Loaded image: ").or_else(|| text.strip_prefix("Loaded image ID: "));
    image.map(str::to_owned)
}
