//! `inspect` of a container → [`ContainerSpec`], with everything the engine shows, the image's defaults included.

use std::collections::{BTreeMap, HashMap};

use bollard::models::{
    ContainerConfig, ContainerInspectResponse, ContainerState, ContainerStateStatusEnum, DeviceMapping,
    EndpointSettings, HealthConfig, HostConfig,
};
use model::{
    Bytes, PowerState,
    spec::{ContainerHealth, ContainerSpec, Endpoint, Limits, LogConfig, PortBinding, RestartPolicy, Ulimit},
};

use super::mounts;
use crate::docker::labels;

/// The length of the id's prefix that serves as host name and alias.
const SHORT_ID: usize = 12;

/// The container as it is; canonical.
pub(crate) fn spec(inspect: &ContainerInspectResponse) -> ContainerSpec {
    let (no_config, no_host) = (ContainerConfig::default(), HostConfig::default());
    let config = inspect.config.as_ref().unwrap_or(&no_config);
    let host = inspect.host_config.as_ref().unwrap_or(&no_host);
    let id = short_id(inspect);
    ContainerSpec {
        image: config.image.clone().unwrap_or_default(),
        image_id: inspect.image.clone(),
        command: config.cmd.clone().unwrap_or_default(),
        entrypoint: config.entrypoint.clone(),
        env: env(config.env.as_deref()),
        workdir: text(config.working_dir.as_deref()),
        user: text(config.user.as_deref()),
        hostname: text(config.hostname.as_deref()).filter(|name| name != id),
        labels: labels::foreign(config.labels.as_ref()),
        mounts: mounts::read(host),
        ports: ports(host),
        network_mode: network_mode(host),
        networks: networks(inspect, id),
        restart: restart(host),
        limits: limits(host),
        health: config.healthcheck.as_ref().and_then(health),
        runtime: text(host.runtime.as_deref()),
        cap_add: host.cap_add.clone().unwrap_or_default(),
        cap_drop: host.cap_drop.clone().unwrap_or_default(),
        security_opt: security_opt(host),
        devices: host.devices.iter().flatten().map(device).collect(),
        dns: host.dns.clone().unwrap_or_default(),
        extra_hosts: host.extra_hosts.clone().unwrap_or_default(),
        privileged: host.privileged,
        read_only_root: host.readonly_rootfs,
        init: host.init,
        ulimits: ulimits(host),
        log: host.log_config.as_ref().map(|log| LogConfig {
            driver: log.typ.clone().unwrap_or_default(),
            options: log.config.iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect(),
        }),
        stop_signal: text(config.stop_signal.as_deref()),
        gpus: gpus(host),
    }
    .canonical()
}

/// Whether it runs.
pub(crate) fn power(inspect: &ContainerInspectResponse) -> PowerState {
    let Some(state) = &inspect.state else { return PowerState::Off };
    match state.status {
        Some(ContainerStateStatusEnum::RUNNING) => PowerState::Running,
        Some(ContainerStateStatusEnum::PAUSED) => PowerState::Paused,
        Some(ContainerStateStatusEnum::RESTARTING) => PowerState::Restarting,
        Some(ContainerStateStatusEnum::REMOVING | ContainerStateStatusEnum::STOPPING) => PowerState::Stopping,
        Some(ContainerStateStatusEnum::DEAD) => PowerState::Crashed,
        Some(ContainerStateStatusEnum::EXITED) if ended_by_fault(state) => PowerState::Crashed,
        Some(ContainerStateStatusEnum::EXITED) if state.exit_code == Some(0) && runs_once(inspect) => {
            PowerState::Finished
        }
        _ => PowerState::Off,
    }
}

/// The labels of a container, ours included.
pub(crate) fn all_labels(inspect: &ContainerInspectResponse) -> HashMap<String, String> {
    inspect.config.as_ref().and_then(|config| config.labels.clone()).unwrap_or_default()
}

/// What a field holds; the engine writes "unset" as an empty text.
pub(super) fn text(value: Option<&str>) -> Option<String> {
    value.filter(|value| !value.is_empty()).map(str::to_owned)
}

/// `KEY=VALUE` lines as a map; a line without a value only asks for inheritance and says nothing.
pub(super) fn env(lines: Option<&[String]>) -> BTreeMap<String, String> {
    let pairs = lines.into_iter().flatten().filter_map(|line| line.split_once('='));
    pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

/// A health check; durations of nought are unset.
pub(super) fn health(config: &HealthConfig) -> Option<ContainerHealth> {
    let test = config.test.clone().filter(|test| !test.is_empty())?;
    let span = |nanoseconds: Option<i64>| nanoseconds.filter(|&n| n > 0).map(super::span_of_nanoseconds);
    Some(ContainerHealth {
        test,
        interval: span(config.interval),
        timeout: span(config.timeout),
        retries: config.retries.and_then(|n| u32::try_from(n).ok()).filter(|&n| n > 0),
        start_period: span(config.start_period),
    })
}

/// A place in a network. The engine appends the short id, and after it the host name, to the declared aliases.
pub(super) fn endpoint(settings: &EndpointSettings, short_id: &str) -> Endpoint {
    let aliases = settings.aliases.iter().flatten().take_while(|alias| *alias != short_id).cloned().collect();
    let ipv4 = settings.ipam_config.as_ref().and_then(|ipam| text(ipam.ipv4_address.as_deref()));
    let mut endpoint = Endpoint { aliases, ipv4 };
    endpoint.aliases.sort();
    endpoint.aliases.dedup();
    endpoint
}

/// The prefix of the id that the engine uses as host name and alias.
pub(super) fn short_id(inspect: &ContainerInspectResponse) -> &str {
    let id = inspect.id.as_deref().unwrap_or_default();
    id.get(..SHORT_ID).unwrap_or(id)
}

/// Whether the engine leaves it alone once it has succeeded. The engine does not tell a container that was stopped
/// from one that ended.
fn runs_once(inspect: &ContainerInspectResponse) -> bool {
    let policy = inspect.host_config.as_ref().and_then(restart);
    policy.is_none_or(|policy| matches!(policy.name.as_str(), "no" | "on-failure"))
}

/// An exit code other than of success, of a stop signal (SIGTERM, SIGINT) or of the power cut after it.
fn ended_by_fault(state: &ContainerState) -> bool {
    state.oom_killed == Some(true) || !matches!(state.exit_code, None | Some(0 | 130 | 137 | 143))
}

fn networks(inspect: &ContainerInspectResponse, short_id: &str) -> BTreeMap<String, Endpoint> {
    let attached = inspect.network_settings.as_ref().and_then(|settings| settings.networks.as_ref());
    let real = attached.into_iter().flatten().filter(|(name, _)| !matches!(name.as_str(), "host" | "none"));
    real.map(|(name, settings)| (name.clone(), endpoint(settings, short_id))).collect()
}

/// The mode; one that names the first network says no more than the networks do, and may have been left since.
fn network_mode(host: &HostConfig) -> Option<String> {
    let mode = text(host.network_mode.as_deref())?;
    match mode.as_str() {
        "default" => Some("bridge".to_owned()),
        "host" | "none" | "bridge" => Some(mode),
        _ => Some(mode).filter(|mode| mode.starts_with("container:")),
    }
}

fn ports(host: &HostConfig) -> BTreeMap<String, Vec<PortBinding>> {
    let binding = |binding: &bollard::models::PortBinding| PortBinding {
        address: binding.host_ip.clone().unwrap_or_default(),
        port: binding.host_port.as_deref().and_then(|port| port.parse().ok()).filter(|&port| port != 0),
    };
    let published = host.port_bindings.iter().flatten();
    published
        .map(|(port, bindings)| (port.to_ascii_lowercase(), bindings.iter().flatten().map(binding).collect()))
        .collect()
}

fn restart(host: &HostConfig) -> Option<RestartPolicy> {
    let policy = host.restart_policy.as_ref()?;
    let name = policy.name.map(|name| name.to_string()).filter(|name| !name.is_empty());
    let retries = policy.maximum_retry_count.and_then(|n| u32::try_from(n).ok()).unwrap_or(0);
    Some(RestartPolicy { name: name.unwrap_or_else(|| "no".to_owned()), max_retries: retries })
}

fn limits(host: &HostConfig) -> Limits {
    let positive = |value: Option<i64>| value.and_then(|n| u64::try_from(n).ok()).filter(|&n| n > 0);
    let bytes = |value| positive(value).map(Bytes::new);
    Limits {
        memory: bytes(host.memory),
        memory_swap: bytes(host.memory_swap),
        memory_reservation: bytes(host.memory_reservation),
        nano_cpus: positive(host.nano_cpus).or_else(|| {
            let (quota, period) = (positive(host.cpu_quota)?, positive(host.cpu_period).unwrap_or(100_000));
            Some(quota.saturating_mul(1_000_000_000) / period)
        }),
        cpu_shares: positive(host.cpu_shares),
        cpuset: text(host.cpuset_cpus.as_deref()),
        pids: host.pids_limit.filter(|&n| n > 0),
    }
}

/// The options; a privileged container gets `label=disable` from the engine.
fn security_opt(host: &HostConfig) -> Vec<String> {
    let privileged = host.privileged == Some(true);
    let options = host.security_opt.iter().flatten().filter(|option| !(privileged && *option == "label=disable"));
    options.cloned().collect()
}

fn device(mapping: &DeviceMapping) -> String {
    let part = |part: &Option<String>| part.clone().unwrap_or_default();
    let permissions = mapping.cgroup_permissions.as_deref().filter(|text| !text.is_empty()).unwrap_or("rwm");
    format!("{}:{}:{permissions}", part(&mapping.path_on_host), part(&mapping.path_in_container))
}

fn ulimits(host: &HostConfig) -> BTreeMap<String, Ulimit> {
    let limits = host.ulimits.iter().flatten();
    limits
        .filter_map(|limit| {
            let bounds = Ulimit { soft: limit.soft.unwrap_or_default(), hard: limit.hard.unwrap_or_default() };
            Some((limit.name.clone()?, bounds))
        })
        .collect()
}

/// How many GPUs were asked for.
fn gpus(host: &HostConfig) -> Option<i64> {
    let mut requests = host.device_requests.iter().flatten();
    let request = requests
        .find(|request| request.capabilities.iter().flatten().flatten().any(|capability| capability == "gpu"))?;
    request.count
}

#[cfg(test)]
mod tests;
