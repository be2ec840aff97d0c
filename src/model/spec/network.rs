//! A libvirt network in our terms.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use uuid::Uuid;

/// A network. Source: <https://libvirt.org/formatnetwork.html>.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct NetworkSpec {
    /// The network's identity.
    pub uuid: Option<Uuid>,
    /// `forward/@mode`; `isolated` is a network without `<forward>`.
    pub forward: Option<ForwardMode>,
    /// `bridge/@name`; libvirt picks `virbrN` where unset.
    pub bridge: Option<String>,
    /// `mtu/@size`.
    pub mtu: Option<u32>,
    /// `domain/@name`.
    pub domain: Option<String>,
    /// The host's IPv4 address on the network, with DHCP.
    pub ipv4: Option<Ipv4>,
    /// Host names by address, answered by the network's DNS.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub dns_hosts: BTreeMap<String, Vec<String>>,
    /// Whether libvirt starts it with itself.
    pub autostart: Option<bool>,
}

/// How a network reaches the outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ForwardMode {
    /// Translated addresses.
    Nat,
    /// Routed.
    Route,
    /// Routed without firewall rules of libvirt's.
    Open,
    /// Not at all.
    Isolated,
    /// An existing bridge of the host.
    Bridge,
}

/// The host's IPv4 side of a network.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Ipv4 {
    /// The host's address, dotted.
    pub address: Option<String>,
    /// The prefix length.
    pub prefix: Option<u8>,
    /// The addresses DHCP hands out.
    pub dhcp_range: Option<DhcpRange>,
    /// Fixed DHCP leases by host name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub dhcp_hosts: BTreeMap<String, DhcpHost>,
}

/// The addresses DHCP hands out, both ends included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DhcpRange {
    /// The first.
    pub start: String,
    /// The last.
    pub end: String,
}

/// A fixed lease.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DhcpHost {
    /// The interface's MAC address, lower case.
    pub mac: String,
    /// The IPv4 address it gets.
    pub address: String,
}
