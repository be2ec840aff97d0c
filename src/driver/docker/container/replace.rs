//! Puts a new container in the place of the old one. The old one is kept until the new one is proven, and runs
//! again when it is not.
//!
//! ```text
//!   make NAME.hvnew ─► apart:    start new ─► await health ─► stop old ─┐
//!                  └─► together: stop old ─► start new ─► await health ─┴─► NAME → NAME.hvold
//!                                                   │ fails                 NAME.hvnew → NAME
//!                                                   ▼                       remove NAME.hvold
//!                                    remove new, start old, say why
//! ```
//!
//! *Together* means that they cannot run side by side: a host port, a fixed address, the host's network or a
//! writable mount is the same. Two writers on one volume are never risked.

use std::time::Duration;

use bollard::models::ContainerInspectResponse;
use model::{
    Address, FieldPath, HealthCheck, PowerState, Shutdown,
    spec::{ContainerSpec, MountKind},
};
use plan::Mark;

use super::{belongs_to_another, has_spec, id_of, is_active, leftovers, mounts, read, update};
use crate::{
    Outcome,
    docker::{Docker, EngineError},
    fault::Fault,
};

/// How long a container that has no health check must stay up to count as working.
const SETTLING: Duration = Duration::from_millis(500);

/// What is to take the place of the old container.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Replacement<'a> {
    /// What to make.
    pub(crate) spec: &'a ContainerSpec,
    /// What marks it as ours.
    pub(crate) mark: &'a Mark,
    /// Whether the new one is to run.
    pub(crate) start: bool,
    /// How the old one is stopped.
    pub(crate) shutdown: Shutdown,
    /// What must succeed before the old one is removed.
    pub(crate) health: Option<&'a HealthCheck>,
}

/// The new container did not prove itself.
#[derive(Debug, thiserror::Error)]
#[error("the new container did not work, so the old one was kept{}: {reason}", if *.runs { " and runs" } else { "" })]
struct Unproven {
    runs: bool,
    reason: String,
}

impl Docker {
    /// Replaces the container of `address`; makes it where there is none.
    pub(in crate::docker) async fn replace_container(
        &self,
        address: &Address,
        wanted: Replacement<'_>,
    ) -> Result<Outcome, Fault> {
        let name = &address.name;
        self.finish_swap(name).await?;
        let Some(old) = self.inspect_container(name).await? else {
            return self.make_and_start(address, wanted).await;
        };
        // Only what the plan adopts carries no mark here.
        if belongs_to_another(&old, wanted.mark) {
            return Err(Fault::refused(super::InTheWay::NotOurs(name.clone())));
        }
        if self.is_done(&old, wanted).await? {
            // A job that has run is not run again.
            if wanted.start && read::power(&old) != PowerState::Finished {
                self.start_unit(name).await?;
            }
            return self.settled(name, wanted.spec).await;
        }
        let carried = mounts::anonymous(old.mounts.as_deref());
        let new = leftovers::new_name(name);
        let proven = match self.make(&new, address, wanted.spec, wanted.mark, &carried).await {
            Ok(made) => self.prove(&new, &old, wanted).await.map(|()| made.warnings),
            Err(fault) => Err(fault),
        };
        let warnings = match proven {
            Ok(warnings) => warnings,
            Err(fault) => return Err(self.undo(&new, &old, wanted, fault).await),
        };
        self.swap(name, &old, wanted.shutdown).await?;
        self.remove_abandoned_image(old.image.as_deref().unwrap_or_default()).await;
        Ok(self.settled(name, wanted.spec).await?.with_notes(warnings))
    }

    async fn make_and_start(&self, address: &Address, wanted: Replacement<'_>) -> Result<Outcome, Fault> {
        let mut outcome = self.create_container(address, wanted.spec, wanted.mark).await?;
        if wanted.start {
            self.start_unit(&address.name).await?;
            self.await_proof(&address.name, wanted.health).await?;
            outcome = self.settled(&address.name, wanted.spec).await?.with_notes(outcome.notes);
        }
        Ok(outcome)
    }

    /// Whether `old` is what is wanted already: the step is done again after a crash.
    async fn is_done(&self, old: &ContainerInspectResponse, wanted: Replacement<'_>) -> Result<bool, EngineError> {
        let everything = [FieldPath::from("")];
        if !has_spec(old, wanted.mark) || update::taken(wanted.spec, &read::spec(old), &everything).is_err() {
            return Ok(false);
        }
        let image = self.image_id(&wanted.spec.image).await?;
        Ok(image.is_none_or(|image| old.image.as_ref() == Some(&image)))
    }

    /// Starts the new container and waits until it works; afterwards the old one does not run.
    async fn prove(&self, new: &str, old: &ContainerInspectResponse, wanted: Replacement<'_>) -> Result<(), Fault> {
        let together = excludes(wanted.spec, &read::spec(old));
        if together || !wanted.start {
            self.stop_unit(id_of(old), wanted.shutdown).await?;
        }
        if wanted.start {
            self.start_container(new).await?;
            self.await_proof(new, wanted.health).await?;
        }
        Ok(())
    }

    /// Waits for the engine's health check, then the unit's; without either, until it has stayed up a moment.
    async fn await_proof(&self, name: &str, check: Option<&HealthCheck>) -> Result<(), Fault> {
        let has_engine_check = self.await_engine_health(name).await?;
        match check {
            Some(check) => self.await_health(name, check).await,
            None if has_engine_check => Ok(()),
            None => {
                let ended = tokio::time::timeout(SETTLING, self.ended(name)).await;
                let there = self.require_container(name).await?;
                let restarts = there.restart_count.unwrap_or(0) > 0;
                let failed = !is_active(&there) && there.state.and_then(|state| state.exit_code) != Some(0);
                if restarts || (ended.is_ok() && failed) { Err(self.exited(name).await) } else { Ok(()) }
            }
        }
    }

    /// Gives the new container the name; the old one is stopped, kept aside, then removed.
    async fn swap(&self, name: &str, old: &ContainerInspectResponse, shutdown: Shutdown) -> Result<(), Fault> {
        let (new, aside) = (leftovers::new_name(name), leftovers::old_name(name));
        if let Err(fault) = self.stop_unit(id_of(old), shutdown).await {
            self.remove_container(&new).await?;
            return Err(fault);
        }
        self.rename_container(id_of(old), &aside).await?;
        self.rename_container(&new, name).await?;
        Ok(self.remove_container(id_of(old)).await?)
    }

    /// Removes the new container and has the old one run again, if the unit is to run and had not finished.
    async fn undo(&self, new: &str, old: &ContainerInspectResponse, wanted: Replacement<'_>, fault: Fault) -> Fault {
        let mut reason = fault.reason();
        if !reason.contains("; it said:") {
            reason += &self.last_words(new).await;
        }
        let removed = self.remove_container(new).await.map_err(Fault::from);
        let runs = is_active(old) || (wanted.start && read::power(old) != PowerState::Finished);
        let again = match removed {
            Ok(()) if runs => self.start_unit(id_of(old)).await.map(|_| ()),
            removed => removed,
        };
        match again {
            Ok(()) => Fault::refused(Unproven { runs, reason }),
            Err(worse) => {
                Fault::refused(format!("{reason}; and putting the old container back failed: {}", worse.reason()))
            }
        }
    }
}

/// Whether two containers cannot run side by side.
fn excludes(new: &ContainerSpec, old: &ContainerSpec) -> bool {
    let same_port = new.ports.iter().any(|(inside, bindings)| {
        let protocol = |port: &str| port.rsplit('/').next().map(str::to_owned);
        bindings.iter().filter_map(|binding| binding.port).any(|port| {
            old.ports.iter().any(|(other, bindings)| {
                protocol(other) == protocol(inside) && bindings.iter().any(|binding| binding.port == Some(port))
            })
        })
    });
    let same_address = new.networks.iter().any(|(network, endpoint)| {
        endpoint.ipv4.is_some() && old.networks.get(network).is_some_and(|other| other.ipv4 == endpoint.ipv4)
    });
    let same_storage = new
        .mounts
        .values()
        .filter(|mount| mount.kind != MountKind::Tmpfs && !mount.read_only)
        .any(|mount| old.mounts.values().any(|other| other.source == mount.source && !other.read_only));
    let on_host = |spec: &ContainerSpec| spec.network_mode.as_deref() == Some("host");
    same_port || same_address || same_storage || (on_host(new) && on_host(old))
}

#[cfg(test)]
mod tests;
