//! What only containers have.

use std::collections::BTreeMap;

use model::spec::Ulimit;
use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

use super::{Protocol, Size, text_map};

/// `container`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Container {
    /// The command and its arguments.
    pub command: Vec<String>,
    /// The entry point.
    pub entrypoint: Option<Vec<String>>,
    /// Environment variables.
    #[serde(deserialize_with = "text_map")]
    pub env: BTreeMap<String, String>,
    /// Published ports.
    pub ports: Vec<PublishedPort>,
    /// Mounts.
    pub volumes: Vec<ContainerVolume>,
    /// Paths kept in memory.
    pub tmpfs: Vec<String>,
    /// When the engine restarts it.
    pub restart_policy: Restart,
    /// How often, for `on-failure`.
    pub max_retries: u32,
    /// The engine's network mode.
    pub network_mode: Option<String>,
    /// User and group.
    pub user: Option<String>,
    /// Working directory.
    pub workdir: Option<String>,
    /// Host name.
    pub hostname: Option<String>,
    /// Capabilities added.
    pub cap_add: Vec<String>,
    /// Capabilities dropped.
    pub cap_drop: Vec<String>,
    /// Host devices.
    pub devices: Vec<String>,
    /// Security options.
    pub security_opt: Vec<String>,
    /// DNS servers.
    pub dns: Vec<String>,
    /// Lines of the hosts file.
    pub extra_hosts: Vec<String>,
    /// Whether it has all the host's privileges.
    pub privileged: bool,
    /// Whether its root file system is read only.
    pub read_only_root: bool,
    /// Whether an init reaps orphans.
    pub init: bool,
    /// The most processes.
    pub pids_limit: Option<i64>,
    /// Memory that stays reserved.
    pub memory_reservation: Option<Size>,
    /// Memory and swap.
    pub memory_swap: Option<Size>,
    /// Host CPUs.
    pub cpuset: Option<String>,
    /// Process limits.
    pub ulimits: BTreeMap<String, Ulimit>,
    /// The log driver.
    pub log_driver: Option<String>,
    /// Its options.
    #[serde(deserialize_with = "text_map")]
    pub log_options: BTreeMap<String, String>,
    /// The signal that asks it to stop.
    pub stop_signal: Option<String>,
}

/// When the engine restarts a container.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Restart {
    /// Never.
    No,
    /// Always.
    Always,
    /// When it failed.
    OnFailure,
    /// Unless somebody stopped it.
    UnlessStopped,
}

/// A published port: `"[address:]host:container[/protocol]"` or a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedPort {
    /// The host's port.
    pub host: Option<u16>,
    /// The port inside.
    pub container: u16,
    /// The protocol.
    pub protocol: Protocol,
    /// The host's address.
    pub address: String,
}

/// A mount: `"source:target[:ro]"` or a set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContainerVolume {
    /// The volume's name or the host's path.
    pub source: String,
    /// The path inside.
    pub target: String,
    /// Whether it can only be read.
    pub read_only: bool,
}

impl Restart {
    /// The engine's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::No => "no",
            Self::Always => "always",
            Self::OnFailure => "on-failure",
            Self::UnlessStopped => "unless-stopped",
        }
    }
}

impl<'de> Deserialize<'de> for PublishedPort {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        struct Set {
            #[serde(default)]
            host: Option<u16>,
            container: u16,
            #[serde(default)]
            protocol: Protocol,
            #[serde(default = "everywhere")]
            address: String,
        }
        match Value::deserialize(deserializer)? {
            Value::String(text) => port_from_text(&text).ok_or_else(|| {
                let expected = "expected \"[ADDRESS:]HOST:CONTAINER[/tcp|udp|sctp]\", such as \"8080:80\"";
                de::Error::custom(format_args!("`{text}` is not a port to publish: {expected}"))
            }),
            other => {
                let Set { host, container, protocol, address } =
                    serde_json::from_value(other).map_err(de::Error::custom)?;
                Ok(Self { host, container, protocol, address })
            }
        }
    }
}

impl<'de> Deserialize<'de> for ContainerVolume {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        struct Set {
            source: String,
            target: String,
            #[serde(default)]
            read_only: bool,
        }
        match Value::deserialize(deserializer)? {
            Value::String(text) => volume_from_text(&text).ok_or_else(|| {
                let expected = "expected \"SOURCE:/TARGET[:ro]\", such as \"web-data:/srv\"";
                de::Error::custom(format_args!("`{text}` is not a mount: {expected}"))
            }),
            other => {
                let Set { source, target, read_only } = serde_json::from_value(other).map_err(de::Error::custom)?;
                Ok(Self { source, target, read_only })
            }
        }
    }
}

fn port_from_text(text: &str) -> Option<PublishedPort> {
    let (ends, protocol) = text.rsplit_once('/').unwrap_or((text, "tcp"));
    let protocol = serde_json::from_value(protocol.into()).ok()?;
    let (host_end, container) = ends.rsplit_once(':').map_or((None, ends), |(host, port)| (Some(host), port));
    let container = container.parse().ok()?;
    let Some(host_end) = host_end else {
        return Some(PublishedPort { host: None, container, protocol, address: everywhere() });
    };
    let (address, host) = host_end.rsplit_once(':').unwrap_or(("0.0.0.0", host_end));
    let address = address.trim_matches(['[', ']']);
    address.parse::<std::net::IpAddr>().ok()?;
    Some(PublishedPort { host: Some(host.parse().ok()?), container, protocol, address: address.to_owned() })
}

fn volume_from_text(text: &str) -> Option<ContainerVolume> {
    let mut parts = text.split(':');
    let (source, target) = (parts.next()?, parts.next()?);
    let read_only = match parts.next() {
        Some("ro") => true,
        Some("rw") | None => false,
        Some(_) => return None,
    };
    let whole = parts.next().is_none() && !source.is_empty() && target.starts_with('/');
    whole.then(|| ContainerVolume { source: source.to_owned(), target: target.to_owned(), read_only })
}

fn everywhere() -> String {
    "0.0.0.0".to_owned()
}
