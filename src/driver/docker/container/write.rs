//! [`ContainerSpec`] → what `create` takes; the inverse of `read`.

use std::collections::HashMap;

use bollard::models::{
    ContainerCreateBody, DeviceMapping, DeviceRequest, EndpointIpamConfig, EndpointSettings, HealthConfig, HostConfig,
    HostConfigLogConfig, NetworkingConfig, PortMap, ResourcesUlimits,
};
use model::spec::{ContainerHealth, ContainerSpec, Endpoint, RestartPolicy};

use super::mounts::{self, Carried};

/// The request that makes the container. The engine of Docker 20.10 takes one network at creation: it is put in
/// [`primary`], the others are joined afterwards.
pub(crate) fn body(spec: &ContainerSpec, labels: HashMap<String, String>, carried: &[Carried]) -> ContainerCreateBody {
    ContainerCreateBody {
        image: Some(spec.image.clone()),
        cmd: non_empty(&spec.command),
        entrypoint: spec.entrypoint.clone().map(cleared_entrypoint),
        env: non_empty(&spec.env.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>()),
        working_dir: spec.workdir.clone(),
        user: spec.user.clone(),
        hostname: spec.hostname.clone(),
        labels: Some(labels),
        exposed_ports: non_empty(&spec.ports.keys().cloned().collect::<Vec<_>>()),
        healthcheck: spec.health.as_ref().map(health),
        stop_signal: spec.stop_signal.clone(),
        host_config: Some(host_config(spec, carried)),
        networking_config: networking(spec),
        ..ContainerCreateBody::default()
    }
}

/// The mode that the container is made with.
pub(crate) fn primary(spec: &ContainerSpec) -> Option<&str> {
    spec.network_mode.as_deref().or_else(|| spec.networks.keys().next().map(String::as_str))
}

/// A place in a network, as joining takes it.
pub(crate) fn endpoint(endpoint: &Endpoint) -> EndpointSettings {
    EndpointSettings {
        aliases: non_empty(&endpoint.aliases),
        ipam_config: endpoint
            .ipv4
            .clone()
            .map(|address| EndpointIpamConfig { ipv4_address: Some(address), ..EndpointIpamConfig::default() }),
        ..EndpointSettings::default()
    }
}

/// A restart policy, as creating and updating take it; unset is `no`.
pub(crate) fn restart(policy: Option<&RestartPolicy>) -> bollard::models::RestartPolicy {
    use bollard::models::RestartPolicyNameEnum as Name;
    let name = match policy.map_or("no", |policy| policy.name.as_str()) {
        "always" => Name::ALWAYS,
        "unless-stopped" => Name::UNLESS_STOPPED,
        "on-failure" => Name::ON_FAILURE,
        _ => Name::NO,
    };
    let retries = policy.map(|policy| i64::from(policy.max_retries)).filter(|_| name == Name::ON_FAILURE);
    bollard::models::RestartPolicy { name: Some(name), maximum_retry_count: retries }
}

/// A number of the engine's, which counts in signed ones.
pub(super) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn host_config(spec: &ContainerSpec, carried: &[Carried]) -> HostConfig {
    let (binds, mounts) = mounts::write(&spec.mounts, carried);
    let limits = &spec.limits;
    HostConfig {
        binds: non_empty(&binds),
        mounts: non_empty(&mounts),
        port_bindings: port_bindings(spec),
        network_mode: primary(spec).map(str::to_owned),
        restart_policy: spec.restart.as_ref().map(|policy| restart(Some(policy))),
        memory: limits.memory.map(|bytes| signed(bytes.get())),
        memory_swap: limits.memory_swap.map(|bytes| signed(bytes.get())),
        memory_reservation: limits.memory_reservation.map(|bytes| signed(bytes.get())),
        nano_cpus: limits.nano_cpus.map(signed),
        cpu_shares: limits.cpu_shares.map(signed),
        cpuset_cpus: limits.cpuset.clone(),
        pids_limit: limits.pids,
        runtime: spec.runtime.clone(),
        cap_add: non_empty(&spec.cap_add),
        cap_drop: non_empty(&spec.cap_drop),
        security_opt: non_empty(&spec.security_opt),
        devices: non_empty(&spec.devices.iter().map(|device| self::device(device)).collect::<Vec<_>>()),
        device_requests: spec.gpus.map(|count| vec![gpu_request(count)]),
        dns: non_empty(&spec.dns),
        extra_hosts: non_empty(&spec.extra_hosts),
        privileged: spec.privileged,
        readonly_rootfs: spec.read_only_root,
        init: spec.init,
        ulimits: non_empty(&ulimits(spec)),
        log_config: spec.log.as_ref().map(|log| HostConfigLogConfig {
            typ: Some(log.driver.clone()).filter(|driver| !driver.is_empty()),
            config: Some(log.options.iter().map(|(key, value)| (key.clone(), value.clone())).collect()),
        }),
        ..HostConfig::default()
    }
}

/// The engine reads `[""]` as "no entrypoint" and `[]` as "the image's".
fn cleared_entrypoint(entrypoint: Vec<String>) -> Vec<String> {
    if entrypoint.is_empty() { vec![String::new()] } else { entrypoint }
}

fn networking(spec: &ContainerSpec) -> Option<NetworkingConfig> {
    let network = primary(spec)?;
    let settings = endpoint(spec.networks.get(network)?);
    Some(NetworkingConfig { endpoints_config: Some(HashMap::from([(network.to_owned(), settings)])) })
}

fn port_bindings(spec: &ContainerSpec) -> Option<PortMap> {
    let binding = |binding: &model::spec::PortBinding| bollard::models::PortBinding {
        host_ip: Some(binding.address.clone()),
        host_port: binding.port.map(|port| port.to_string()),
    };
    let map = spec.ports.iter().map(|(port, bindings)| (port.clone(), Some(bindings.iter().map(binding).collect())));
    (!spec.ports.is_empty()).then(|| map.collect())
}

fn health(check: &ContainerHealth) -> HealthConfig {
    let nanoseconds =
        |span: Option<model::Span>| span.map(|span| i64::try_from(span.get().as_nanos()).unwrap_or(i64::MAX));
    HealthConfig {
        test: Some(check.test.clone()),
        interval: nanoseconds(check.interval),
        timeout: nanoseconds(check.timeout),
        retries: check.retries.map(i64::from),
        start_period: nanoseconds(check.start_period),
        start_interval: None,
    }
}

/// `HOST[:INSIDE[:PERMISSIONS]]`.
fn device(text: &str) -> DeviceMapping {
    let mut parts = text.splitn(3, ':');
    let host = parts.next().unwrap_or_default();
    let inside = parts.next().unwrap_or(host);
    DeviceMapping {
        path_on_host: Some(host.to_owned()),
        path_in_container: Some(inside.to_owned()),
        cgroup_permissions: Some(parts.next().unwrap_or("rwm").to_owned()),
    }
}

fn gpu_request(count: i64) -> DeviceRequest {
    let capabilities = Some(vec![vec!["gpu".to_owned()]]);
    DeviceRequest { count: Some(count), capabilities, ..DeviceRequest::default() }
}

fn ulimits(spec: &ContainerSpec) -> Vec<ResourcesUlimits> {
    let limits = spec.ulimits.iter();
    limits
        .map(|(name, limit)| ResourcesUlimits {
            name: Some(name.clone()),
            soft: Some(limit.soft),
            hard: Some(limit.hard),
        })
        .collect()
}

fn non_empty<T: Clone>(list: &[T]) -> Option<Vec<T>> {
    (!list.is_empty()).then(|| list.to_vec())
}

#[cfg(test)]
mod tests;
