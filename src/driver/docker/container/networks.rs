//! Joining and leaving networks, live where the container runs.

use std::collections::BTreeMap;

use bollard::models::{ContainerInspectResponse, NetworkConnectRequest, NetworkDisconnectRequest};
use model::{
    FieldPath,
    spec::{ContainerSpec, Endpoint},
};

use super::{id_of, read, write};
use crate::{
    docker::{Docker, EngineError},
    fault::Fault,
};

/// The network that the engine puts a container in where none is asked for.
const BRIDGE: &str = "bridge";

/// Whether a container had to join any network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Joined {
    /// It stood in all of them.
    None,
    /// It had to.
    Some,
}

impl Docker {
    /// Joins every declared network that the container is not in, or in which it stands otherwise.
    pub(super) async fn join_all(
        &self,
        name: &str,
        spec: &ContainerSpec,
        there: &ContainerInspectResponse,
    ) -> Result<Joined, Fault> {
        let standing = read::spec(there).networks;
        let mut joined = Joined::None;
        for (network, endpoint) in &spec.networks {
            if standing.get(network) != Some(endpoint) {
                self.stand(name, network, Some(endpoint), &standing).await?;
                joined = Joined::Some;
            }
        }
        Ok(joined)
    }

    /// Brings the networks that `fields` name to what `spec` says; networks joined by hand are left alone.
    pub(super) async fn rejoin(
        &self,
        name: &str,
        spec: &ContainerSpec,
        there: &ContainerInspectResponse,
        fields: &[FieldPath],
    ) -> Result<(), Fault> {
        let standing = read::spec(there).networks;
        for network in named(fields, spec, &standing) {
            self.stand(id_of(there), &network, spec.networks.get(&network), &standing)
                .await
                .map_err(|fault| Fault::refused(format!("{name}: network {network}: {}", fault.reason())))?;
        }
        if fields.iter().any(|field| field.is_within("networks")) {
            self.cross_bridge(there, spec).await?;
        }
        Ok(())
    }

    /// A container in no network stands on the engine's own bridge, one in a network does not: as if made so.
    async fn cross_bridge(&self, before: &ContainerInspectResponse, spec: &ContainerSpec) -> Result<(), Fault> {
        let only_there = read::spec(before).networks.keys().eq([BRIDGE]);
        match (spec.network_mode.as_deref(), spec.networks.is_empty()) {
            (Some(BRIDGE), _) => {}
            (_, false) if only_there && !spec.networks.contains_key(BRIDGE) => {
                self.disconnect(id_of(before), BRIDGE).await?;
            }
            (None, true) => {
                let now = self.require_container(id_of(before)).await?;
                if read::spec(&now).networks.is_empty() {
                    self.connect(id_of(before), BRIDGE, &Endpoint::default()).await?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Puts a container in a network.
    pub(in crate::docker) async fn connect(
        &self,
        container: &str,
        network: &str,
        endpoint: &Endpoint,
    ) -> Result<(), EngineError> {
        let request =
            NetworkConnectRequest { container: container.to_owned(), endpoint_config: Some(write::endpoint(endpoint)) };
        self.engine
            .write(&format!("connect {container} to {network}"), |client| {
                let request = request.clone();
                async move { client.connect_network(network, request).await }
            })
            .await
    }

    /// Takes a container out of a network.
    pub(in crate::docker) async fn disconnect(&self, container: &str, network: &str) -> Result<(), EngineError> {
        let request = NetworkDisconnectRequest { container: container.to_owned(), force: Some(true) };
        let left = self
            .engine
            .write(&format!("disconnect {container} from {network}"), |client| {
                let request = request.clone();
                async move { client.disconnect_network(network, request).await }
            })
            .await;
        match left {
            Err(error) if !error.is_missing() => Err(error),
            _ => Ok(()),
        }
    }

    async fn stand(
        &self,
        container: &str,
        network: &str,
        wanted: Option<&Endpoint>,
        standing: &BTreeMap<String, Endpoint>,
    ) -> Result<(), Fault> {
        let now = standing.get(network);
        if now == wanted {
            return Ok(());
        }
        if now.is_some() {
            self.disconnect(container, network).await?;
        }
        if let Some(endpoint) = wanted {
            self.connect(container, network, endpoint).await?;
        }
        Ok(())
    }
}

/// The networks that the fields are about.
fn named(fields: &[FieldPath], spec: &ContainerSpec, standing: &BTreeMap<String, Endpoint>) -> Vec<String> {
    let about = |network: &String| {
        let path = FieldPath::from_segments(["networks", network]);
        fields.iter().any(|field| field.is_within(path.as_str()) || path.is_within(field.as_str()))
    };
    let all: std::collections::BTreeSet<&String> = spec.networks.keys().chain(standing.keys()).collect();
    all.into_iter().filter(|network| about(network)).cloned().collect()
}
