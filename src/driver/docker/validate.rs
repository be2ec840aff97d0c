//! What the engine would refuse, found before anything is changed. The engine has no dry run, so these are its
//! rules. Source: moby `daemon/daemon_unix.go` (`verifyPlatformContainerResources`), `daemon/create.go`.

use std::collections::{BTreeMap, BTreeSet};

use bollard::{
    models::{ContainerSummary, SystemInfo},
    query_parameters::ListContainersOptions,
};
use model::{
    Address, OwnerId, Spec,
    spec::{ContainerImageSource, ContainerImageSpec, ContainerSpec, PullPolicy},
};

use super::{Docker, image::checked_hash, labels};
use crate::{Finding, Severity, fault::chain};

/// The engine's least memory limit.
const LEAST_MEMORY: u64 = 6 << 20;

impl Docker {
    pub(super) async fn find_faults(&self, wanted: &BTreeMap<Address, Spec>) -> Vec<Finding> {
        let mut findings = Vec::new();
        let containers: Vec<_> = wanted
            .iter()
            .filter_map(|(address, spec)| match spec {
                Spec::Container(spec) => Some((address, spec)),
                _ => None,
            })
            .collect();
        let owner = *self.owner.lock().expect(super::NOT_POISONED);
        if let Some((first, _)) = containers.first() {
            match self.read_limits().await {
                Ok((info, running)) => {
                    for (address, spec) in &containers {
                        let faults =
                            faults(spec, &info).into_iter().chain(taken_ports(&address.name, spec, owner, &running));
                        findings.extend(faults.map(|text| error(address, text)));
                    }
                }
                Err(failure) => {
                    let text = format!("could not be checked: {}", chain(&failure));
                    findings.push(Finding { address: (*first).clone(), severity: Severity::Warning, text });
                }
            }
        }
        for (address, spec) in wanted {
            if let Spec::ContainerImage(spec) = spec {
                findings.extend(self.image_fault(spec).await.map(|text| error(address, text)));
            }
        }
        findings
    }

    async fn read_limits(&self) -> Result<(SystemInfo, Vec<ContainerSummary>), super::EngineError> {
        let info = self.engine.read("engine", |client| async move { client.info().await });
        let running =
            |client: bollard::Docker| async move { client.list_containers(None::<ListContainersOptions>).await };
        futures::try_join!(info, self.engine.read("running containers", running))
    }

    async fn image_fault(&self, spec: &ContainerImageSpec) -> Option<String> {
        match &spec.source {
            Some(ContainerImageSource::Pull(PullPolicy::Never)) => match self.image_id(&spec.reference).await {
                Ok(None) => Some(format!(
                    "the engine has no image `{0}`, and it is not to be pulled: load it, `docker pull {0}`, or set \
                     `image.pull = \"missing\"`",
                    spec.reference
                )),
                _ => None,
            },
            Some(ContainerImageSource::Archive(path) | ContainerImageSource::Rootfs(path)) => {
                let checked = checked_hash(path, spec.archive_sha256.as_deref()).await;
                checked.err().map(|fault| fault.reason())
            }
            _ => None,
        }
    }
}

fn error(address: &Address, text: String) -> Finding {
    Finding { address: address.clone(), severity: Severity::Error, text }
}

/// What the engine's limits say of a specification.
fn faults(spec: &ContainerSpec, info: &SystemInfo) -> Vec<String> {
    let cpus = u64::try_from(info.ncpu.unwrap_or(0)).unwrap_or(0);
    let limits = &spec.limits;
    let known: BTreeSet<&str> = info.runtimes.iter().flatten().map(|(name, _)| name.as_str()).collect();
    let runtime = spec.runtime.as_deref().filter(|name| !known.is_empty() && !known.contains(name)).map(|name| {
        let known = known.iter().copied().collect::<Vec<_>>().join(", ");
        format!("runtime: the engine has no runtime `{name}`, only: {known}")
    });
    let memory = limits.memory.filter(|bytes| bytes.get() < LEAST_MEMORY);
    let memory = memory.map(|bytes| format!("limits.memory: the engine wants at least 6 MiB, not {bytes}"));
    let swap = limits.memory.zip(limits.memory_swap).filter(|(memory, both)| both < memory);
    let swap = swap.map(|(memory, both)| {
        format!("limits.memorySwap: {both} is memory and swap together, so less than {memory} of memory cannot be")
    });
    let too_many = limits.nano_cpus.filter(|&nano| cpus > 0 && nano > cpus * 1_000_000_000);
    let too_many = too_many
        .map(|nano| format!("limits.nanoCpus: the host has {cpus} CPUs, {} cannot be had", nano / 1_000_000_000));
    let fixed =
        spec.network_mode.as_deref().filter(|mode| matches!(*mode, "host" | "none") || mode.starts_with("container:"));
    let networks = fixed.filter(|_| !spec.networks.is_empty());
    let networks = networks.map(|mode| format!("networks: a container in mode `{mode}` cannot join a network"));
    [runtime, memory, swap, too_many, networks].into_iter().flatten().collect()
}

/// Host ports that containers which are not ours have published. The container `name` itself, which may be about to
/// be adopted, takes none from itself; without a known `owner`, every marked container may be ours.
fn taken_ports(name: &str, spec: &ContainerSpec, owner: Option<OwnerId>, running: &[ContainerSummary]) -> Vec<String> {
    let others = running.iter().filter_map(|container| {
        let user = container.names.iter().flatten().next().map_or("", |name| name.trim_start_matches('/'));
        let whose = match container.labels.as_ref().and_then(labels::owner_of) {
            None => "is not ours",
            Some(other) if owner.is_some_and(|owner| owner != other) => "belongs to another owner",
            Some(_) => return None,
        };
        (user != name).then_some((container, user, whose))
    });
    let taken: BTreeMap<(u16, String), (&str, &str)> = others
        .flat_map(|(container, user, whose)| {
            container.ports.iter().flatten().filter_map(move |port| {
                let protocol = port.typ.map(|protocol| protocol.to_string()).unwrap_or_default();
                Some(((port.public_port?, protocol), (user, whose)))
            })
        })
        .collect();
    let wanted = spec.ports.iter().flat_map(|(inside, bindings)| {
        let protocol = inside.rsplit('/').next().unwrap_or("tcp").to_owned();
        bindings.iter().filter_map(move |binding| Some((binding.port?, protocol.clone())))
    });
    wanted
        .filter_map(|port| {
            let (user, whose) = taken.get(&port)?;
            let (number, protocol) = &port;
            Some(format!(
                "ports: the host's port {number}/{protocol} is taken by the container `{user}`, which {whose}"
            ))
        })
        .collect()
}

#[cfg(test)]
mod tests;
