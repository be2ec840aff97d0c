//! Reads the engine: one list a kind, one inspection a container, sixteen of them at a time.

mod ahead;

use std::collections::{BTreeMap, BTreeSet};

use bollard::{
    models::{ContainerInspectResponse, ImageSummary, Network, Volume},
    query_parameters::{ListContainersOptionsBuilder, ListImagesOptions, ListVolumesOptions},
};
use futures::{StreamExt, TryStreamExt, stream};
use model::{Address, Fingerprint, Kind, ObservedResource, Ownership, PowerState, Seen, Spec};

pub(super) use ahead::Ahead;

use super::{
    Docker, EngineError,
    container::{self, Inspection, leftover_of, read as read_container},
    engine::Engine,
    image, labels, network,
    status::name_of,
    volume,
};
use crate::{Observation, ObserveRequest};

/// How many containers are inspected at a time.
const AT_A_TIME: usize = 16;

/// Everything of the engine's, as it was read.
struct World {
    containers: Vec<Inspection>,
    networks: Vec<Network>,
    volumes: Vec<Volume>,
    images: Vec<ImageSummary>,
}

/// Foreign containers by what of ours they use.
type Users = BTreeMap<Address, BTreeSet<String>>;

impl Docker {
    pub(super) async fn observe_all(&self, request: &ObserveRequest<'_>) -> Result<Observation, EngineError> {
        let world = match self.ahead.take().await {
            Some(world) if request.only.is_none() => world,
            _ => read_world(&self.engine).await?,
        };
        let users = foreign_users(&world, request);
        let mut resources = BTreeMap::new();
        let images = image::read::by_reference(&world.images);
        for (name, inspect) in units(&world.containers) {
            let address = Address::new(Kind::Container, name);
            if is_asked_for(request, &address) {
                let image = images.get(&image::canonical(image_of(inspect))).map(|image| image.id.as_str());
                let resource = self.observed_container(request, &address, inspect, image).await?;
                resources.insert(address, resource);
            }
        }
        let others = networks(request, &world.networks)
            .into_iter()
            .chain(volumes(request, &world.volumes))
            .chain(listed_images(request, &images));
        resources.extend(others.filter(|(address, _)| is_asked_for(request, address)));
        for (address, resource) in &mut resources {
            resource.foreign_users = users.get(&as_used(address)).cloned().unwrap_or_default();
        }
        Ok(Observation { resources })
    }

    /// Every container, inspected.
    pub(super) async fn inspect_all(&self) -> Result<Vec<Inspection>, EngineError> {
        inspect_all(&self.engine).await
    }

    async fn observed_container(
        &self,
        request: &ObserveRequest<'_>,
        address: &Address,
        inspect: &ContainerInspectResponse,
        image_now: Option<&str>,
    ) -> Result<ObservedResource, EngineError> {
        let raw = read_container::spec(inspect);
        let labels = read_container::all_labels(inspect);
        let fingerprint = super::fingerprint(&Spec::Container(raw.clone()));
        let image_moved = image_now.is_some_and(|now| Some(now) != inspect.image.as_deref());
        let seen = if !image_moved && is_unchanged(request, address, &fingerprint) {
            Seen::Unchanged
        } else {
            let explicit = labels.get(labels::EXPLICIT).map(String::as_str);
            let config = match self.defaults_of(inspect.image.as_deref().unwrap_or_default()).await {
                Ok(defaults) => defaults.subtract(raw, explicit),
                // The image has been removed by force: what came from it cannot be told any more.
                Err(error) if error.is_missing() => raw,
                Err(error) => return Err(error),
            };
            Seen::Parsed { config: Spec::Container(config), live: None }
        };
        Ok(ObservedResource {
            ownership: labels::ownership(&labels, request.owner),
            seen,
            power: read_container::power(inspect),
            fingerprint,
            domain: None,
            foreign_users: BTreeSet::new(),
        })
    }
}

async fn read_world(engine: &Engine) -> Result<World, EngineError> {
    // Connects once, before the calls below race to.
    engine.client().await?;
    let networks = engine.read("networks", |client| async move { client.list_networks(None).await });
    let volumes = engine.read("volumes", |client| async move { client.list_volumes(None::<ListVolumesOptions>).await });
    let images = engine.read("images", |client| async move { client.list_images(None::<ListImagesOptions>).await });
    let (containers, networks, volumes, images) = futures::try_join!(inspect_all(engine), networks, volumes, images)?;
    Ok(World { containers, networks, volumes: volumes.volumes.unwrap_or_default(), images })
}

async fn inspect_all(engine: &Engine) -> Result<Vec<Inspection>, EngineError> {
    let options = ListContainersOptionsBuilder::default().all(true).build();
    let listed = engine
        .read("containers", |client| {
            let options = options.clone();
            async move { client.list_containers(Some(options)).await }
        })
        .await?;
    let ids = listed.into_iter().filter_map(|container| container.id);
    let inspections = stream::iter(ids).map(|id| async move { engine.inspect_container(&id).await });
    let found: Vec<_> = inspections.buffer_unordered(AT_A_TIME).try_collect().await?;
    // A container that went away in between is not there.
    Ok(found.into_iter().flatten().collect())
}

/// The containers by the name of the unit they are. What an interrupted replacement left is no unit of its own,
/// but stands for one whose name is free: the proven new one, else the old one.
fn units(containers: &[Inspection]) -> BTreeMap<&str, &Inspection> {
    let is_ours = |inspect: &ContainerInspectResponse| labels::owner_of(&read_container::all_labels(inspect)).is_some();
    let is_leftover = |inspect: &ContainerInspectResponse| leftover_of(name_of(inspect)).is_some() && is_ours(inspect);
    let (leftovers, whole): (Vec<_>, Vec<_>) = containers.iter().partition(|inspect| is_leftover(inspect));
    let mut units: BTreeMap<_, _> = whole.into_iter().map(|inspect| (name_of(inspect), inspect)).collect();
    let old: Vec<_> = leftovers.iter().filter(|inspect| name_of(inspect).ends_with(".hvold")).collect();
    for aside in old {
        let Some((unit, _)) = leftover_of(name_of(aside)) else { continue };
        let new = leftovers.iter().find(|inspect| name_of(inspect).strip_suffix(".hvnew") == Some(unit));
        units.entry(unit).or_insert_with(|| new.unwrap_or(aside));
    }
    units
}

fn networks(request: &ObserveRequest<'_>, networks: &[Network]) -> Vec<(Address, ObservedResource)> {
    let named = networks.iter().filter_map(|network| Some((network.name.as_deref()?, network)));
    let declarable = named.filter(|(name, _)| !network::read::is_predefined(name));
    declarable
        .map(|(name, network)| {
            let address = Address::new(Kind::DockerNetwork, name);
            let spec = network::read::listed(network);
            let fingerprint = network::fingerprint_of(&spec);
            let ownership = labels::ownership(&network.labels.clone().unwrap_or_default(), request.owner);
            let ownership = or_by_row(request, &address, ownership);
            let seen = seen(request, &address, &fingerprint, Spec::DockerNetwork(spec));
            let resource = resource(ownership, fingerprint, seen);
            (address, ObservedResource { power: PowerState::Running, ..resource })
        })
        .collect()
}

fn volumes(request: &ObserveRequest<'_>, volumes: &[Volume]) -> Vec<(Address, ObservedResource)> {
    volumes
        .iter()
        .filter_map(|volume| {
            let address = Address::new(Kind::DockerVolume, volume.name.clone());
            let ownership = or_by_row(request, &address, labels::ownership(&volume.labels, request.owner));
            let is_nobodys = ownership == Ownership::Unmanaged && !request.wanted.contains_key(&address);
            // The engine made it up for a container, which says all there is to say of it.
            if is_nobodys && container::mounts::is_anonymous(&volume.name) {
                return None;
            }
            let spec = volume::read::spec(volume);
            let fingerprint = volume::fingerprint_of(&spec);
            let seen = seen(request, &address, &fingerprint, Spec::DockerVolume(spec));
            Some((address, resource(ownership, fingerprint, seen)))
        })
        .collect()
}

/// The images under the names by which they are declared or were applied, the others under their own.
fn listed_images(
    request: &ObserveRequest<'_>,
    images: &BTreeMap<String, &ImageSummary>,
) -> Vec<(Address, ObservedResource)> {
    let is_image = |address: &&Address| address.kind == Kind::ContainerImage;
    let known: BTreeSet<&Address> = request.wanted.keys().chain(request.applied.rows.keys()).filter(is_image).collect();
    let spoken_for: BTreeSet<String> = known.iter().map(|address| image::canonical(&address.name)).collect();
    let declared = known.into_iter().filter_map(|address| {
        let image = images.get(&image::canonical(&address.name))?;
        Some((address.clone(), *image))
    });
    let others = images.iter().filter(|(reference, _)| !spoken_for.contains(*reference) && !reference.contains('@'));
    let others = others.map(|(reference, image)| (Address::new(Kind::ContainerImage, reference), *image));
    declared
        .chain(others)
        .map(|(address, image)| {
            let spec = image::read::spec(&address.name, image, request.applied.rows.get(&address));
            let fingerprint = image::fingerprint_of(&image.id);
            let ownership = or_by_row(request, &address, Ownership::Unmanaged);
            // Always told in full: the planner compares the image's id with that of its containers.
            let seen = Seen::Parsed { config: Spec::ContainerImage(spec), live: None };
            let resource = resource(ownership, fingerprint, seen);
            (address, resource)
        })
        .collect()
}

fn seen(request: &ObserveRequest<'_>, address: &Address, fingerprint: &Fingerprint, config: Spec) -> Seen {
    if is_unchanged(request, address, fingerprint) { Seen::Unchanged } else { Seen::Parsed { config, live: None } }
}

fn resource(ownership: Ownership, fingerprint: Fingerprint, seen: Seen) -> ObservedResource {
    let power = PowerState::Off;
    ObservedResource { ownership, seen, power, fingerprint, domain: None, foreign_users: BTreeSet::new() }
}

/// What carries no mark is ours by the row of its last apply: images, and what was adopted, since labels cannot
/// be put on later.
fn or_by_row(request: &ObserveRequest<'_>, address: &Address, ownership: Ownership) -> Ownership {
    match (ownership, request.applied.rows.get(address)) {
        (Ownership::Unmanaged, Some(row)) => Ownership::Ours {
            spec: Some(row.spec_hash.clone()),
            protect: row.policy.protect,
            deletion: row.policy.deletion,
        },
        (ownership, _) => ownership,
    }
}

fn is_unchanged(request: &ObserveRequest<'_>, address: &Address, fingerprint: &Fingerprint) -> bool {
    let row = request.applied.rows.get(address);
    row.is_some_and(|row| row.fingerprint == *fingerprint && request.wanted.get(address) == Some(&row.spec_hash))
}

fn is_asked_for(request: &ObserveRequest<'_>, address: &Address) -> bool {
    request.only.is_none_or(|only| only.contains(address))
}

/// Which of the engine's objects the containers that are not ours use.
fn foreign_users(world: &World, request: &ObserveRequest<'_>) -> Users {
    let mut users = Users::new();
    for inspect in &world.containers {
        let labels = read_container::all_labels(inspect);
        if matches!(labels::ownership(&labels, request.owner), Ownership::Ours { .. }) {
            continue;
        }
        for address in container::used_by(inspect) {
            users.entry(address).or_default().insert(name_of(inspect).to_owned());
        }
    }
    users
}

/// The address under which containers use an object: an image's reference may be declared in a shorter form.
fn as_used(address: &Address) -> Address {
    match address.kind {
        Kind::ContainerImage => Address::new(address.kind, image::canonical(&address.name)),
        _ => address.clone(),
    }
}

fn image_of(inspect: &ContainerInspectResponse) -> &str {
    inspect.config.as_ref().and_then(|config| config.image.as_deref()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
