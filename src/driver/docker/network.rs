//! Docker networks. Nothing of one can be changed: it is made anew, and its members join again.

mod members;
pub(crate) mod read;
mod write;

use bollard::models::NetworkInspect;
use model::{Address, FieldPath, Fingerprint, Spec, spec::DockerNetworkSpec};
use plan::Mark;

use super::{Docker, EngineError, differing, fingerprint, labels};
use crate::{Outcome, fault::Fault};

/// A network that is in the way.
#[derive(Debug, thiserror::Error)]
enum InTheWay {
    #[error("there is a Docker network `{0}` that is not ours: remove it, adopt it, or declare another name")]
    NotOurs(String),
    #[error("there is a Docker network `{0}` of ours that differs in {1}: plan again")]
    Differs(String, FieldPath),
}

impl Docker {
    /// Makes the network; one of ours that is as specified is kept.
    pub(super) async fn create_network(
        &self,
        address: &Address,
        spec: &DockerNetworkSpec,
        mark: &Mark,
    ) -> Result<Outcome, Fault> {
        let name = &address.name;
        if let Some(there) = self.inspect_network(name).await? {
            let labels = there.labels.clone().unwrap_or_default();
            if labels::owner_of(&labels) != Some(mark.owner) {
                return Err(Fault::refused(InTheWay::NotOurs(name.clone())));
            }
            if let Some(path) = first_difference(spec, &read::inspected(&there)) {
                return Err(Fault::refused(InTheWay::Differs(name.clone(), path)));
            }
            return Ok(outcome(read::inspected(&there)));
        }
        self.make_network(address, spec, mark).await?;
        self.network_taken(name, spec).await
    }

    /// Makes the network anew: its members leave, and join again where they stood.
    pub(super) async fn replace_network(
        &self,
        address: &Address,
        spec: &DockerNetworkSpec,
        mark: &Mark,
    ) -> Result<Outcome, Fault> {
        let name = &address.name;
        let Some(there) = self.inspect_network(name).await? else {
            return self.create_network(address, spec, mark).await;
        };
        let is_same = there.labels.as_ref().and_then(|labels| labels.get(labels::SPEC)) == Some(&mark.spec);
        if is_same && first_difference(spec, &read::inspected(&there)).is_none() {
            return Ok(outcome(read::inspected(&there)));
        }
        let members = self.members_of(name).await?;
        for member in &members {
            self.disconnect(&member.id, name).await?;
        }
        self.remove_network(name).await?;
        let made = self.make_network(address, spec, mark).await;
        if made.is_err() {
            // The old network comes back, so that its members are not cut off by a specification that is refused.
            self.remake(&there).await?;
        }
        let notes = self.rejoin_members(name, &members).await;
        made?;
        let outcome = self.network_taken(name, spec).await?;
        Ok(Outcome { notes, ..outcome })
    }

    /// Removes the network; what is not there is removed already.
    pub(super) async fn delete_network(&self, name: &str) -> Result<Outcome, Fault> {
        self.remove_network(name).await?;
        Ok(Outcome::default())
    }

    /// The fingerprint of a network that is taken over as it is.
    pub(super) async fn adopt_network(&self, name: &str) -> Result<Outcome, Fault> {
        let there = self.inspect_network(name).await?;
        let there = there.ok_or_else(|| Fault::refused(format!("there is no Docker network `{name}`")))?;
        Ok(outcome(read::inspected(&there)))
    }

    async fn inspect_network(&self, name: &str) -> Result<Option<NetworkInspect>, EngineError> {
        let what = format!("network {name}");
        let found = self.engine.find(&what, |client| async move { client.inspect_network(name, None).await }).await?;
        // The engine also finds a network by the beginning of its id.
        Ok(found.filter(|network| network.name.as_deref() == Some(name)))
    }

    async fn make_network(&self, address: &Address, spec: &DockerNetworkSpec, mark: &Mark) -> Result<(), EngineError> {
        let labels = labels::with_declared(labels::of(mark, address), &spec.labels);
        self.request_network(write::body(&address.name, spec, labels)).await
    }

    async fn remake(&self, there: &NetworkInspect) -> Result<(), EngineError> {
        self.request_network(write::again(there)).await
    }

    async fn request_network(&self, body: bollard::models::NetworkCreateRequest) -> Result<(), EngineError> {
        let what = format!("network {}", body.name);
        self.engine
            .write(&what, |client| {
                let body = body.clone();
                async move { client.create_network(body).await }
            })
            .await?;
        Ok(())
    }

    async fn remove_network(&self, name: &str) -> Result<(), EngineError> {
        let what = format!("remove network {name}");
        match self.engine.write(&what, |client| async move { client.remove_network(name).await }).await {
            Err(error) if !error.is_missing() => Err(error),
            _ => Ok(()),
        }
    }

    async fn network_taken(&self, name: &str, spec: &DockerNetworkSpec) -> Result<Outcome, Fault> {
        let there = self.inspect_network(name).await?;
        let there = there.ok_or_else(|| Fault::NotTaken("it is not there".to_owned()))?;
        let read = read::inspected(&there);
        match first_difference(spec, &read) {
            Some(path) => Err(Fault::NotTaken(format!("{path} is not what was asked for"))),
            None => Ok(outcome(read)),
        }
    }
}

/// The fingerprint of a network.
pub(crate) fn fingerprint_of(spec: &DockerNetworkSpec) -> Fingerprint {
    fingerprint(&Spec::DockerNetwork(spec.clone()))
}

fn outcome(read: DockerNetworkSpec) -> Outcome {
    Outcome { fingerprint: Some(fingerprint_of(&read)), ..Outcome::default() }
}

fn first_difference(wanted: &DockerNetworkSpec, there: &DockerNetworkSpec) -> Option<FieldPath> {
    differing(&Spec::DockerNetwork(wanted.clone()), &Spec::DockerNetwork(there.clone()))
}
