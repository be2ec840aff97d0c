//! One step on one of the engine's objects.

use model::{Kind, Spec};
use plan::{Action, Data, Step};

use super::{Docker, container::Replacement};
use crate::{Outcome, fault::Fault};

impl Docker {
    pub(super) async fn carry_out(&self, step: &Step) -> Result<Outcome, Fault> {
        match step.address.kind {
            Kind::Container => Box::pin(self.on_container(step)).await,
            Kind::DockerNetwork => Box::pin(self.on_network(step)).await,
            Kind::DockerVolume => Box::pin(self.on_volume(step)).await,
            Kind::ContainerImage => Box::pin(self.on_image(step)).await,
            _ => Err(Fault::Unsupported),
        }
    }

    async fn on_container(&self, step: &Step) -> Result<Outcome, Fault> {
        let name = step.address.name.as_str();
        match &step.action {
            Action::Create { spec: Spec::Container(spec), mark } => {
                self.create_container(&step.address, spec, mark).await
            }
            Action::Configure { spec: Spec::Container(spec), fields, .. }
            | Action::ChangeLive { spec: Spec::Container(spec), fields } => {
                self.configure_container(name, spec, fields).await
            }
            Action::Replace { spec: Spec::Container(spec), mark, start, shutdown, health } => {
                let (start, shutdown, health) = (*start, *shutdown, health.as_ref());
                self.replace_container(&step.address, Replacement { spec, mark, start, shutdown, health }).await
            }
            Action::Rename { from } => self.rename_unit(&step.address, from).await,
            Action::Adopt { .. } => Err(Fault::refused(
                "the engine cannot put a mark on a container that exists: let it be replaced, or leave it unmanaged",
            )),
            Action::Start => self.start_unit(name).await,
            Action::Stop { shutdown } => self.stop_unit(name, *shutdown).await,
            Action::Pause => self.pause_unit(name).await,
            Action::Resume => self.resume_unit(name).await,
            Action::AwaitHealth { check } => self.await_health(name, check).await.map(|()| Outcome::default()),
            Action::Delete { data } => self.delete_container(name, *data).await,
            Action::Forget => Ok(released()),
            _ => Err(Fault::Unsupported),
        }
    }

    async fn on_network(&self, step: &Step) -> Result<Outcome, Fault> {
        match &step.action {
            Action::Create { spec: Spec::DockerNetwork(spec), mark } => {
                self.create_network(&step.address, spec, mark).await
            }
            Action::Replace { spec: Spec::DockerNetwork(spec), mark, .. } => {
                self.replace_network(&step.address, spec, mark).await
            }
            Action::Adopt { .. } => self.adopt_network(&step.address.name).await,
            Action::Delete { .. } => self.delete_network(&step.address.name).await,
            Action::Forget => Ok(released()),
            _ => Err(Fault::Unsupported),
        }
    }

    async fn on_volume(&self, step: &Step) -> Result<Outcome, Fault> {
        match &step.action {
            Action::Create { spec: Spec::DockerVolume(spec), mark } => {
                self.create_volume(&step.address, spec, mark).await
            }
            Action::Adopt { .. } => self.adopt_volume(&step.address.name).await,
            Action::Delete { data: Data::Destroy } => self.destroy_volume(&step.address.name).await,
            Action::Delete { data: Data::Keep } | Action::Forget => Ok(released()),
            _ => Err(Fault::Unsupported),
        }
    }

    async fn on_image(&self, step: &Step) -> Result<Outcome, Fault> {
        match &step.action {
            Action::Create { spec: Spec::ContainerImage(spec), .. }
            | Action::Replace { spec: Spec::ContainerImage(spec), .. } => self.create_image(spec).await,
            Action::Adopt { .. } => self.adopt_image(&step.address.name).await,
            Action::Delete { .. } => self.delete_image(&step.address.name).await,
            Action::Forget => Ok(Outcome::default()),
            _ => Err(Fault::Unsupported),
        }
    }
}

/// An object that is let go keeps our labels: the engine cannot take them off.
fn released() -> Outcome {
    Outcome { notes: vec!["it keeps our labels, which the engine cannot take off".to_owned()], ..Outcome::default() }
}
