//! The containers in a network, stopped ones included, and how they stand in it.

use std::collections::HashMap;

use bollard::query_parameters::ListContainersOptionsBuilder;
use model::spec::Endpoint;

use crate::{
    docker::{Docker, EngineError, container::read},
    fault::chain,
};

/// A container in a network.
pub(super) struct Member {
    /// The engine's id.
    pub(super) id: String,
    name: String,
    endpoint: Endpoint,
}

impl Docker {
    /// The members of the network `name`.
    pub(super) async fn members_of(&self, name: &str) -> Result<Vec<Member>, EngineError> {
        let filters = HashMap::from([("network", vec![name])]);
        let options = ListContainersOptionsBuilder::default().all(true).filters(&filters).build();
        let what = format!("members of {name}");
        let listed = self
            .engine
            .read(&what, |client| {
                let options = options.clone();
                async move { client.list_containers(Some(options)).await }
            })
            .await?;
        let mut members = Vec::new();
        for id in listed.into_iter().filter_map(|container| container.id) {
            let Some(there) = self.inspect_container(&id).await? else { continue };
            if let Some(endpoint) = read::spec(&there).networks.remove(name) {
                let name = crate::docker::status::name_of(&there).to_owned();
                members.push(Member { id, name, endpoint });
            }
        }
        Ok(members)
    }

    /// Puts the members back; returns a note for each that cannot stand where it stood.
    pub(super) async fn rejoin_members(&self, network: &str, members: &[Member]) -> Vec<String> {
        let mut notes = Vec::new();
        for member in members {
            let Err(error) = self.connect(&member.id, network, &member.endpoint).await else { continue };
            let without_address = Endpoint { ipv4: None, ..member.endpoint.clone() };
            let (name, why) = (&member.name, chain(&error));
            notes.push(match self.connect(&member.id, network, &without_address).await {
                Ok(()) => format!("`{name}` has joined `{network}` again without its fixed address: {why}"),
                Err(_) => format!("`{name}` could not join `{network}` again: {why}"),
            });
        }
        notes
    }
}
