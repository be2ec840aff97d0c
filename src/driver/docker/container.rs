//! Containers. Labels, ports, mounts and most else can be set only at creation, so a change is made in place
//! where the engine can (`update`, `networks`), else by putting a new container in the place of the old one
//! (`replace`).

pub(crate) mod defaults;
mod health;
mod leftovers;
pub(crate) mod mounts;
mod networks;
mod power;
pub(crate) mod read;
mod replace;
mod update;
pub(crate) mod write;

use std::sync::Arc;

use bollard::{
    models::ContainerInspectResponse,
    query_parameters::{
        CreateContainerOptionsBuilder, InspectContainerOptions, RemoveContainerOptionsBuilder,
        RenameContainerOptionsBuilder,
    },
};
use model::{
    Address, FieldPath, Fingerprint, Kind, Span, Spec,
    spec::{ContainerSpec, MountKind},
};
use plan::{Data, Mark};

use self::{defaults::Defaults, mounts::Carried, networks::Joined};
use super::{Docker, EngineError, engine::Engine, fingerprint, labels};
use crate::{Outcome, fault::Fault};

pub(crate) use leftovers::{Leftover, leftover_of};
pub(crate) use replace::Replacement;

/// What `inspect` answers; boxed, since it is kept across many calls and takes kilobytes.
pub(crate) type Inspection = Box<ContainerInspectResponse>;

/// A container that was made.
struct Made {
    /// As it is.
    there: Inspection,
    /// What the engine said besides.
    warnings: Vec<String>,
}

/// What is not right about a container that is in the way.
#[derive(Debug, thiserror::Error)]
enum InTheWay {
    #[error(
        "there is a container `{0}` that is not ours: rename it, remove it, or declare the unit under another name"
    )]
    NotOurs(String),
    #[error("there is a container `{0}` of ours with another specification: plan again")]
    AnotherSpec(String),
    #[error("there is no container `{0}`")]
    Missing(String),
    #[error("the engine has no image `{0}`: pull or load it first")]
    NoImage(String),
}

impl Docker {
    /// Makes the container, not running; one of ours with this very specification is kept.
    pub(super) async fn create_container(
        &self,
        address: &Address,
        spec: &ContainerSpec,
        mark: &Mark,
    ) -> Result<Outcome, Fault> {
        let name = &address.name;
        match self.make(name, address, spec, mark, &[]).await {
            Err(fault) if is_in_the_way(&fault) => {}
            made => return made.and_then(|Made { there, warnings }| Ok(settled(spec, &there)?.with_notes(warnings))),
        }
        if let Some(there) = self.find_container(name).await? {
            match (is_of(&there, mark), has_spec(&there, mark), is_active(&there)) {
                (true, true, _) => {
                    self.join_all(name, spec, &there).await?;
                    return self.settled(name, spec).await;
                }
                (true, false, false) => self.remove_container(id_of(&there)).await?,
                (true, false, true) => return Err(Fault::refused(InTheWay::AnotherSpec(name.clone()))),
                (false, ..) => return Err(Fault::refused(InTheWay::NotOurs(name.clone()))),
            }
        }
        let Made { there, warnings } = self.make(name, address, spec, mark, &[]).await?;
        Ok(settled(spec, &there)?.with_notes(warnings))
    }

    /// Gives the container `from` the name of `address`.
    pub(super) async fn rename_unit(&self, address: &Address, from: &str) -> Result<Outcome, Fault> {
        if self.find_container(&address.name).await?.is_some() {
            return Ok(Outcome::default());
        }
        self.require_container(from).await?;
        self.rename_container(from, &address.name).await?;
        let there = self.require_container(&address.name).await?;
        Ok(Outcome { fingerprint: Some(fingerprint_of(&there)), ..Outcome::default() })
    }

    /// Removes a container that does not run, and with its data its anonymous volumes; what is not there is
    /// removed already.
    pub(super) async fn delete_container(&self, name: &str, data: Data) -> Result<Outcome, Fault> {
        let Some(there) = self.find_container(name).await? else { return Ok(Outcome::default()) };
        self.remove_with(id_of(&there), RemoveContainerOptionsBuilder::default().build()).await?;
        if data == Data::Destroy {
            // Those taken over from a container that this one replaced are not removed with it by the engine.
            for volume in mounts::anonymous(there.mounts.as_deref()) {
                self.destroy_volume(&volume.volume).await?;
            }
        }
        Ok(Outcome::default())
    }

    /// Finds a container; after a crash in the midst of a swap, what the swap left is put in its place first.
    pub(super) async fn find_container(&self, name: &str) -> Result<Option<Inspection>, EngineError> {
        if let Some(there) = self.inspect_container(name).await? {
            return Ok(Some(there));
        }
        match self.finish_swap(name).await? {
            Leftover::Cleared => self.inspect_container(name).await,
            Leftover::None => Ok(None),
        }
    }

    /// As [`Docker::find_container`], with an error where there is none.
    pub(super) async fn require_container(&self, name: &str) -> Result<Inspection, Fault> {
        let missing = || Fault::refused(InTheWay::Missing(name.to_owned()));
        self.find_container(name).await?.ok_or_else(missing)
    }

    /// `inspect`, without looking for leftovers.
    pub(super) async fn inspect_container(&self, name: &str) -> Result<Option<Inspection>, EngineError> {
        self.engine.inspect_container(name).await
    }

    /// What the image gives; read once an image.
    pub(super) async fn defaults_of(&self, image: &str) -> Result<Arc<Defaults>, EngineError> {
        if let Some(known) = self.defaults.lock().expect(super::NOT_POISONED).get(image) {
            return Ok(Arc::clone(known));
        }
        let what = format!("image {image}");
        let inspect = self.engine.read(&what, |client| async move { client.inspect_image(image).await }).await?;
        let defaults = Arc::new(inspect.config.as_ref().map(Defaults::of).unwrap_or_default());
        // Only an id never stands for another image.
        if image.starts_with("sha256:") {
            self.defaults.lock().expect(super::NOT_POISONED).insert(image.to_owned(), Arc::clone(&defaults));
        }
        Ok(defaults)
    }

    /// Makes a container under `name` that is to be `address`, and joins its networks. A limit that the engine warns
    /// of and leaves out is an error.
    async fn make(
        &self,
        name: &str,
        address: &Address,
        spec: &ContainerSpec,
        mark: &Mark,
        carried: &[Carried],
    ) -> Result<Made, Fault> {
        let defaults = match self.defaults_of(&spec.image).await {
            Err(error) if error.is_missing() => return Err(Fault::refused(InTheWay::NoImage(spec.image.clone()))),
            defaults => defaults?,
        };
        let mut ours = labels::of(mark, address);
        ours.extend(defaults.explicit(spec).map(|paths| (labels::EXPLICIT.to_owned(), paths)));
        let body = write::body(spec, labels::with_declared(ours, &spec.labels), carried);
        let options = CreateContainerOptionsBuilder::default().name(name).build();
        let fills = spec.mounts.values().any(|mount| mount.kind == MountKind::Volume);
        let turn = if fills { Some(self.filling.lock().await) } else { None };
        let answer = self
            .engine
            .write(&format!("container {name}"), |client| {
                let (options, body) = (options.clone(), body.clone());
                async move { client.create_container(Some(options), body).await }
            })
            .await?;
        drop(turn);
        let missing = || Fault::refused(InTheWay::Missing(name.to_owned()));
        let mut there = self.inspect_container(name).await?.ok_or_else(missing)?;
        update::taken(spec, &read::spec(&there), &["limits", "restart"].map(FieldPath::from))?;
        if self.join_all(name, spec, &there).await? == Joined::Some {
            there = self.inspect_container(name).await?.ok_or_else(missing)?;
        }
        Ok(Made { there, warnings: answer.warnings })
    }

    /// Reads the container back: limits, restart policy and networks must be those asked for.
    async fn settled(&self, name: &str, spec: &ContainerSpec) -> Result<Outcome, Fault> {
        let there = self.require_container(name).await?;
        settled(spec, &there)
    }

    async fn rename_container(&self, from: &str, to: &str) -> Result<(), EngineError> {
        let options = RenameContainerOptionsBuilder::default().name(to).build();
        self.engine
            .write(&format!("rename {from}"), |client| {
                let options = options.clone();
                async move { client.rename_container(from, options).await }
            })
            .await
    }

    /// Removes a container that may run, keeping its volumes.
    async fn remove_container(&self, name: &str) -> Result<(), EngineError> {
        self.remove_with(name, RemoveContainerOptionsBuilder::default().force(true).build()).await
    }

    async fn remove_with(
        &self,
        name: &str,
        options: bollard::query_parameters::RemoveContainerOptions,
    ) -> Result<(), EngineError> {
        let removed = self
            .engine
            .write(&format!("remove {name}"), |client| {
                let options = options.clone();
                async move { client.remove_container(name, Some(options)).await }
            })
            .await;
        match removed {
            Err(error) if !error.is_missing() => Err(error),
            _ => Ok(()),
        }
    }
}

impl Engine {
    /// `inspect` of a container by its name or id.
    pub(super) async fn inspect_container(&self, name: &str) -> Result<Option<Inspection>, EngineError> {
        let what = format!("container {name}");
        let options = None::<InspectContainerOptions>;
        self.find(&what, |client| {
            let options = options.clone();
            async move { client.inspect_container(name, options).await.map(Box::new) }
        })
        .await
    }
}

/// What came of making or changing the container that reads as `there`: limits, restart policy and networks must be
/// those asked for.
fn settled(spec: &ContainerSpec, there: &ContainerInspectResponse) -> Result<Outcome, Fault> {
    let fields = ["limits", "restart", "networks"].map(FieldPath::from);
    update::taken(spec, &read::spec(there), &fields)?;
    let expected = spec.image_id.as_ref().zip(there.image.as_ref());
    let moved = expected.filter(|(wanted, got)| wanted != got);
    let notes = moved.map(|(wanted, got)| format!("`{}` was {wanted} and is now {got}", spec.image));
    let notes = notes.into_iter().collect();
    Ok(Outcome { notes, fingerprint: Some(fingerprint_of(there)), ..Outcome::default() })
}

/// Whether the engine has refused because of what is there already.
fn is_in_the_way(fault: &Fault) -> bool {
    matches!(fault, Fault::Refused(source)
        if source.downcast_ref::<EngineError>().is_some_and(EngineError::is_conflict))
}

/// The fingerprint of a container: everything that can be compared, as the engine shows it.
pub(crate) fn fingerprint_of(inspect: &ContainerInspectResponse) -> Fingerprint {
    fingerprint(&Spec::Container(read::spec(inspect)))
}

/// A length of time of the engine's; what is shorter than a millisecond is none.
fn span_of_nanoseconds(nanoseconds: i64) -> Span {
    Span::milliseconds(u64::try_from(nanoseconds).unwrap_or(0) / 1_000_000)
}

fn id_of(inspect: &ContainerInspectResponse) -> &str {
    inspect.id.as_deref().unwrap_or_default()
}

/// Whether the container carries the mark's owner.
fn is_of(inspect: &ContainerInspectResponse, mark: &Mark) -> bool {
    labels::owner_of(&read::all_labels(inspect)) == Some(mark.owner)
}

/// Whether the container carries the mark of another owner than the mark's.
fn belongs_to_another(inspect: &ContainerInspectResponse, mark: &Mark) -> bool {
    labels::owner_of(&read::all_labels(inspect)).is_some_and(|owner| owner != mark.owner)
}

/// Whether the container was made for this very specification.
fn has_spec(inspect: &ContainerInspectResponse, mark: &Mark) -> bool {
    read::all_labels(inspect).get(labels::SPEC) == Some(&mark.spec)
}

/// Whether it runs or is paused.
fn is_active(inspect: &ContainerInspectResponse) -> bool {
    inspect.state.as_ref().is_some_and(|state| state.running == Some(true))
}

/// The networks, volumes and the image that a container uses.
pub(crate) fn used_by(inspect: &ContainerInspectResponse) -> Vec<Address> {
    let spec = read::spec(inspect);
    let networks = spec.networks.keys().map(|name| Address::new(Kind::DockerNetwork, name));
    let volumes = spec.mounts.values().filter(|mount| mount.kind == MountKind::Volume);
    let volumes = volumes.map(|mount| Address::new(Kind::DockerVolume, &mount.source));
    let image = Address::new(Kind::ContainerImage, super::image::canonical(&spec.image));
    networks.chain(volumes).chain([image]).collect()
}
