//! What `list` and `show` say of containers.

use std::collections::BTreeMap;

use bollard::{
    models::{ContainerInspectResponse, HealthStatusEnum},
    query_parameters::StatsOptionsBuilder,
};
use futures::StreamExt;
use jiff::Timestamp;
use model::{Bytes, PowerState, spec::PortBinding};
use serde::Serialize;

use super::{Docker, EngineError, container::read};

/// A container as a person asks for it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ContainerStatus {
    /// Its name.
    pub name: String,
    /// The engine's id, 64 hex digits.
    pub id: String,
    /// The image's reference.
    pub image: String,
    /// Whether it runs.
    pub power: PowerState,
    /// What the engine's health check says; `None` without one.
    pub health: Option<Health>,
    /// When it was started last, where it runs.
    pub started: Option<Timestamp>,
    /// How it ended, where it does not run.
    pub exit_code: Option<i64>,
    /// How often its engine has restarted it.
    pub restarts: u64,
    /// Published ports by `port/protocol` inside, as they are bound now.
    pub ports: BTreeMap<String, Vec<PortBinding>>,
    /// Its addresses by network.
    pub addresses: BTreeMap<String, String>,
}

/// What the engine's health check says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// It has not decided yet.
    Starting,
    /// It works.
    Healthy,
    /// It does not work.
    Unhealthy,
}

/// What a running container uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// Memory in use.
    pub memory: Bytes,
    /// CPU time since its start, in nanoseconds.
    pub cpu_ns: u64,
    /// Its processes.
    pub processes: u64,
    /// The memory that it may use.
    pub memory_limit: Bytes,
    /// Bytes received since its start.
    pub received: u64,
    /// Bytes sent since its start.
    pub sent: u64,
}

impl Docker {
    /// The state of one container; `None` where there is none of that name.
    ///
    /// # Errors
    /// When the engine cannot be asked.
    pub async fn status(&self, name: &str) -> Result<Option<ContainerStatus>, EngineError> {
        Ok(self.inspect_container(name).await?.as_deref().map(status))
    }

    /// The state of every container.
    ///
    /// # Errors
    /// When the engine cannot be asked.
    pub async fn statuses(&self) -> Result<Vec<ContainerStatus>, EngineError> {
        let mut all: Vec<_> = self.inspect_all().await?.iter().map(|inspect| status(inspect)).collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(all)
    }

    /// What a running container uses now.
    ///
    /// # Errors
    /// When there is no such container, or the engine cannot be asked.
    pub async fn usage(&self, name: &str) -> Result<Usage, EngineError> {
        let options = StatsOptionsBuilder::default().stream(false).one_shot(true).build();
        let client = self.engine.client().await?;
        self.engine.calls.read();
        let first = client.stats(name, Some(options)).next().await;
        let stats = first.transpose().map_err(|error| self.engine.sort("usage", error))?.unwrap_or_default();
        let limit = stats.memory_stats.as_ref().and_then(|memory| memory.limit).unwrap_or_default();
        let memory = stats.memory_stats.and_then(|memory| memory.usage).unwrap_or_default();
        let networks = stats.networks.unwrap_or_default();
        let received = networks.values().filter_map(|network| network.rx_bytes).sum();
        let sent = networks.values().filter_map(|network| network.tx_bytes).sum();
        let cpu = stats.cpu_stats.and_then(|cpu| cpu.cpu_usage).and_then(|usage| usage.total_usage);
        let processes = stats.pids_stats.and_then(|pids| pids.current);
        Ok(Usage {
            memory: Bytes::new(memory),
            cpu_ns: cpu.unwrap_or_default(),
            processes: processes.unwrap_or_default(),
            memory_limit: Bytes::new(limit),
            received,
            sent,
        })
    }
}

/// The state that `inspect` shows.
pub(super) fn status(inspect: &ContainerInspectResponse) -> ContainerStatus {
    let state = inspect.state.clone().unwrap_or_default();
    let power = read::power(inspect);
    let runs = state.running == Some(true);
    ContainerStatus {
        name: name_of(inspect).to_owned(),
        id: inspect.id.clone().unwrap_or_default(),
        image: inspect.config.as_ref().and_then(|config| config.image.clone()).unwrap_or_default(),
        power,
        health: state.health.and_then(|health| match health.status {
            Some(HealthStatusEnum::STARTING) => Some(Health::Starting),
            Some(HealthStatusEnum::HEALTHY) => Some(Health::Healthy),
            Some(HealthStatusEnum::UNHEALTHY) => Some(Health::Unhealthy),
            _ => None,
        }),
        started: state.started_at.filter(|_| runs).and_then(|text| text.parse().ok()),
        exit_code: state.exit_code.filter(|_| !runs),
        restarts: inspect.restart_count.and_then(|count| u64::try_from(count).ok()).unwrap_or(0),
        ports: ports(inspect),
        addresses: addresses(inspect),
    }
}

/// A container's name without the engine's slash.
pub(super) fn name_of(inspect: &ContainerInspectResponse) -> &str {
    inspect.name.as_deref().unwrap_or_default().trim_start_matches('/')
}

fn ports(inspect: &ContainerInspectResponse) -> BTreeMap<String, Vec<PortBinding>> {
    let bound = inspect.network_settings.as_ref().and_then(|settings| settings.ports.as_ref());
    let published = bound.into_iter().flatten().filter_map(|(port, bindings)| Some((port, bindings.as_ref()?)));
    published
        .map(|(port, bindings)| {
            let bindings = bindings.iter().map(|binding| PortBinding {
                address: binding.host_ip.clone().unwrap_or_default(),
                port: binding.host_port.as_deref().and_then(|port| port.parse().ok()),
            });
            (port.clone(), bindings.collect())
        })
        .collect()
}

fn addresses(inspect: &ContainerInspectResponse) -> BTreeMap<String, String> {
    let networks = inspect.network_settings.as_ref().and_then(|settings| settings.networks.as_ref());
    let with_address = networks.into_iter().flatten().filter_map(|(network, endpoint)| {
        let address = endpoint.ip_address.clone().filter(|address| !address.is_empty())?;
        Some((network.clone(), address))
    });
    with_address.collect()
}
