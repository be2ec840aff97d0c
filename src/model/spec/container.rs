//! A container in our terms.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::{Bytes, Span};

/// A container of a Docker-compatible engine. Source: Docker Engine API, `ContainerCreate`.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ContainerSpec {
    /// The image's reference.
    pub image: String,
    /// The id the reference stands for; the planner fills it in from what is there.
    pub image_id: Option<String>,
    /// `Cmd`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<String>,
    /// `Entrypoint`; unset takes the image's.
    pub entrypoint: Option<Vec<String>>,
    /// Environment variables.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, String>,
    /// Working directory.
    pub workdir: Option<String>,
    /// `USER[:GROUP]`.
    pub user: Option<String>,
    /// Host name inside.
    pub hostname: Option<String>,
    /// Labels, ours left out.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// Mounts by their path inside.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub mounts: BTreeMap<String, Mount>,
    /// Published ports by `port/protocol` inside, each with the host's side.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub ports: BTreeMap<String, Vec<PortBinding>>,
    /// `host`, `none`, `bridge`, `container:…` or the first network's name.
    pub network_mode: Option<String>,
    /// Networks it joins, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub networks: BTreeMap<String, Endpoint>,
    /// What the engine does when it exits.
    pub restart: Option<RestartPolicy>,
    /// Resource limits.
    pub limits: Limits,
    /// The engine's own health check.
    pub health: Option<ContainerHealth>,
    /// The OCI runtime: `runc`, `kata-runtime`, …
    pub runtime: Option<String>,
    /// Capabilities added.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cap_add: Vec<String>,
    /// Capabilities dropped.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cap_drop: Vec<String>,
    /// Security options.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub security_opt: Vec<String>,
    /// Host devices, `/dev/x[:/dev/y[:rwm]]`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<String>,
    /// DNS servers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dns: Vec<String>,
    /// `name:address` lines for its hosts file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub extra_hosts: Vec<String>,
    /// Whether it has all the host's privileges.
    pub privileged: Option<bool>,
    /// Whether its root file system is read only.
    pub read_only_root: Option<bool>,
    /// Whether an init reaps its zombies.
    pub init: Option<bool>,
    /// Process limits by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub ulimits: BTreeMap<String, Ulimit>,
    /// Where its output goes.
    pub log: Option<LogConfig>,
    /// The signal that asks it to stop.
    pub stop_signal: Option<String>,
    /// GPUs asked of the engine; all of them for -1.
    pub gpus: Option<i64>,
}

/// A mount.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Mount {
    /// Bind, volume or tmpfs.
    #[serde(rename = "type")]
    pub kind: MountKind,
    /// The path on the host or the volume's name; empty for tmpfs.
    #[serde(default)]
    pub source: String,
    /// Whether it can only be read.
    #[serde(default)]
    pub read_only: bool,
}

/// What a mount is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MountKind {
    /// A path of the host.
    Bind,
    /// A volume of the engine.
    Volume,
    /// Memory.
    Tmpfs,
}

/// The host's side of a published port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PortBinding {
    /// The address it listens on.
    pub address: String,
    /// The port; `None` lets the engine pick one.
    pub port: Option<u16>,
}

/// A container's place in a network.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Endpoint {
    /// Names it answers to there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Its fixed IPv4 address.
    pub ipv4: Option<String>,
}

/// What the engine does when a container exits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RestartPolicy {
    /// `no`, `always`, `on-failure`, `unless-stopped`.
    pub name: String,
    /// For `on-failure`: how often; 0 is without end.
    #[serde(default)]
    pub max_retries: u32,
}

/// Resource limits; unset is unlimited.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Limits {
    /// Memory.
    pub memory: Option<Bytes>,
    /// Memory and swap together.
    pub memory_swap: Option<Bytes>,
    /// Memory below which it is not reclaimed.
    pub memory_reservation: Option<Bytes>,
    /// Billionths of a CPU.
    pub nano_cpus: Option<u64>,
    /// Relative weight.
    pub cpu_shares: Option<u64>,
    /// Host CPUs it may use: `0-2,4`.
    pub cpuset: Option<String>,
    /// Processes.
    pub pids: Option<i64>,
}

/// The engine's own health check.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ContainerHealth {
    /// `["CMD-SHELL", "…"]` or `["CMD", …]`.
    pub test: Vec<String>,
    /// The time between two tests.
    pub interval: Option<Span>,
    /// How long one may take.
    pub timeout: Option<Span>,
    /// Failures in a row before it counts as unhealthy.
    pub retries: Option<u32>,
    /// The time at the beginning in which failures do not count.
    pub start_period: Option<Span>,
}

/// Soft and hard limit of a process resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ulimit {
    /// The soft limit.
    pub soft: i64,
    /// The hard limit.
    pub hard: i64,
}

/// Where a container's output goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct LogConfig {
    /// The log driver.
    pub driver: String,
    /// Its options.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
}

impl ContainerSpec {
    /// The same specification in the one form that both a declaration and an observation take: what the engine
    /// rewrites (capability names, devices) or has no order (port bindings, aliases, options) is written one way,
    /// and a mode that only names the first network is one of the networks.
    pub fn canonical(mut self) -> Self {
        if let Some(network) = self.network_mode.take_if(|mode| names_a_network(mode)) {
            self.networks.entry(network).or_default();
        }
        if let Some(restart) = self.restart.as_mut().filter(|restart| restart.name != "on-failure") {
            restart.max_retries = 0;
        }
        for capabilities in [&mut self.cap_add, &mut self.cap_drop] {
            for capability in capabilities.iter_mut() {
                let upper = capability.to_ascii_uppercase();
                *capability = upper.strip_prefix("CAP_").unwrap_or(&upper).to_owned();
            }
            sort(capabilities);
        }
        for device in &mut self.devices {
            *device = shortest_device(device);
        }
        sort(&mut self.devices);
        sort(&mut self.security_opt);
        self.ports.values_mut().for_each(sort);
        self.networks.values_mut().for_each(|endpoint| sort(&mut endpoint.aliases));
        self
    }
}

/// Whether a mode is no mode of its own, but the name of a network.
fn names_a_network(mode: &str) -> bool {
    !matches!(mode, "host" | "none" | "bridge" | "default") && !mode.starts_with("container:")
}

fn sort<T: Ord>(list: &mut Vec<T>) {
    list.sort();
    list.dedup();
}

/// A device without what is the default: the same path inside, all permissions.
fn shortest_device(device: &str) -> String {
    let mut parts = device.splitn(3, ':');
    let host = parts.next().unwrap_or_default();
    let inside = parts.next().unwrap_or(host);
    match parts.next() {
        Some(permissions) if permissions != "rwm" => format!("{host}:{inside}:{permissions}"),
        _ if inside == host => host.to_owned(),
        _ => format!("{host}:{inside}"),
    }
}

#[cfg(test)]
mod tests {
    use super::ContainerSpec;

    #[test]
    fn what_the_engine_rewrites_has_one_form() {
        let strings = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect::<Vec<_>>();
        let spec = ContainerSpec {
            cap_add: strings(&["net_admin", "CAP_SYS_TIME", "NET_ADMIN"]),
            devices: strings(&["/dev/b:/dev/b:rwm", "/dev/a:/dev/x", "/dev/c:/dev/c:r"]),
            ..ContainerSpec::default()
        };
        let spec = spec.canonical();
        assert_eq!(spec.cap_add, ["NET_ADMIN", "SYS_TIME"]);
        assert_eq!(spec.devices, ["/dev/a:/dev/x", "/dev/b", "/dev/c:/dev/c:r"]);
        assert_eq!(spec.clone().canonical(), spec);
    }

    #[test]
    fn a_mode_that_names_a_network_is_a_network() {
        let with_mode = |mode: &str| ContainerSpec { network_mode: Some(mode.to_owned()), ..ContainerSpec::default() };
        let named = with_mode("front").canonical();
        assert_eq!((named.network_mode, named.networks.len()), (None, 1));
        for mode in ["host", "none", "bridge", "container:web"] {
            assert_eq!(with_mode(mode).canonical(), with_mode(mode));
        }
    }
}
