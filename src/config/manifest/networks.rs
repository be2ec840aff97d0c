//! `hypervisor.networks`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::storage::VolumeBackend;
use crate::unit::text_map;

/// A network of libvirt or Docker.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NetworkOptions {
    /// Who has it.
    pub backend: VolumeBackend,
    /// What it offers to interfaces that ask by capability.
    pub capabilities: Vec<String>,
    /// How it reaches the outside (libvirt).
    pub mode: NetworkMode,
    /// Its bridge on the host (libvirt).
    pub bridge: Option<String>,
    /// Its MTU (libvirt).
    pub mtu: Option<u32>,
    /// Its DNS domain (libvirt).
    pub domain: Option<String>,
    /// The host's address on it (libvirt).
    pub ipv4: Option<Ipv4Options>,
    /// Host names by address (libvirt).
    pub dns_hosts: BTreeMap<String, Vec<String>>,
    /// The driver (Docker).
    pub driver: String,
    /// The address range (Docker).
    pub subnet: Option<String>,
    /// The gateway in the range (Docker).
    pub gateway: Option<String>,
    /// Whether it has no way out (Docker).
    pub internal: bool,
    /// Driver options (Docker).
    #[serde(deserialize_with = "text_map")]
    pub options: BTreeMap<String, String>,
    /// Labels (Docker).
    #[serde(deserialize_with = "text_map")]
    pub labels: BTreeMap<String, String>,
    /// Whether it starts with its backend (libvirt).
    pub autostart: bool,
    /// Whether a network of this name that is not ours is taken over.
    pub adopt: bool,
    /// Whether it is never removed.
    pub protect: bool,
    /// What becomes of it when its declaration is gone.
    pub deletion_policy: model::DeletionPolicy,
}

/// How a libvirt network reaches the outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NetworkMode {
    /// Translated.
    Nat,
    /// Routed.
    Route,
    /// Routed, without firewall rules.
    Open,
    /// Not at all.
    Isolated,
    /// Over an existing bridge.
    Bridge,
}

/// The host's address on a network.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Ipv4Options {
    /// The host's address.
    pub address: String,
    /// The length of the prefix.
    pub prefix: u8,
    /// Whether and what DHCP hands out.
    pub dhcp: Dhcp,
}

/// What DHCP hands out.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Dhcp {
    /// Whether it does.
    pub enable: bool,
    /// The first address; the first free one where unset.
    pub start: Option<String>,
    /// The last address; the last free one where unset.
    pub end: Option<String>,
    /// Fixed leases by host name.
    #[serde(default)]
    pub hosts: BTreeMap<String, LeaseOptions>,
}

/// A fixed lease.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LeaseOptions {
    /// The interface's MAC address.
    pub mac: String,
    /// What it gets.
    pub address: String,
}
