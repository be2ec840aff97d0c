//! Docker volumes. The engine answers the creation of a name that exists with the old volume, whatever was asked
//! for; so what it answers is compared.

pub(crate) mod read;
mod write;

use bollard::{models::Volume, query_parameters::RemoveVolumeOptions};
use model::{Address, Fingerprint, Spec, spec::DockerVolumeSpec};
use plan::Mark;

use super::{Docker, EngineError, differing, fingerprint, labels};
use crate::{Outcome, fault::Fault};

impl Docker {
    /// Makes the volume; one of ours that is as specified is kept.
    pub(super) async fn create_volume(
        &self,
        address: &Address,
        spec: &DockerVolumeSpec,
        mark: &Mark,
    ) -> Result<Outcome, Fault> {
        let labels = labels::with_declared(labels::of(mark, address), &spec.labels);
        let body = write::body(&address.name, spec, labels);
        let answered = self
            .engine
            .write(&format!("volume {}", address.name), |client| {
                let body = body.clone();
                async move { client.create_volume(body).await }
            })
            .await?;
        if labels::owner_of(&answered.labels) != Some(mark.owner) {
            let name = &address.name;
            let text = format!("there is a Docker volume `{name}` that is not ours: adopt it, or declare another name");
            return Err(Fault::refused(text));
        }
        let read = read::spec(&answered);
        match differing(&Spec::DockerVolume(spec.clone()), &Spec::DockerVolume(read.clone())) {
            Some(path) => Err(Fault::NotTaken(format!("{path} of the volume that was there already is another"))),
            None => Ok(outcome(&read)),
        }
    }

    /// Destroys the volume and what is in it; what is not there is destroyed already.
    pub(super) async fn destroy_volume(&self, name: &str) -> Result<Outcome, Fault> {
        let what = format!("remove volume {name}");
        let remove =
            |client: bollard::Docker| async move { client.remove_volume(name, None::<RemoveVolumeOptions>).await };
        match self.engine.write(&what, remove).await {
            Err(error) if !error.is_missing() => Err(error.into()),
            _ => Ok(Outcome::default()),
        }
    }

    /// The fingerprint of a volume that is taken over as it is.
    pub(super) async fn adopt_volume(&self, name: &str) -> Result<Outcome, Fault> {
        let there = self.inspect_volume(name).await?;
        let there = there.ok_or_else(|| Fault::refused(format!("there is no Docker volume `{name}`")))?;
        Ok(outcome(&read::spec(&there)))
    }

    async fn inspect_volume(&self, name: &str) -> Result<Option<Volume>, EngineError> {
        let what = format!("volume {name}");
        self.engine.find(&what, |client| async move { client.inspect_volume(name).await }).await
    }
}

/// The fingerprint of a volume.
pub(crate) fn fingerprint_of(spec: &DockerVolumeSpec) -> Fingerprint {
    fingerprint(&Spec::DockerVolume(spec.clone()))
}

fn outcome(read: &DockerVolumeSpec) -> Outcome {
    Outcome { fingerprint: Some(fingerprint_of(read)), ..Outcome::default() }
}
