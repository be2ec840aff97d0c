//! Network interfaces.

use serde::Deserialize;

use super::Throughput;

/// A network interface.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Nic {
    /// Its name in the unit.
    pub name: String,
    /// What its network has to offer.
    #[serde(default = "default_capability")]
    pub capability: String,
    /// Features wanted of the network; for placement.
    #[serde(default)]
    pub features: Vec<String>,
    /// The most traffic each way.
    #[serde(default)]
    pub bandwidth: Option<Throughput>,
    /// Latency wanted; for placement.
    #[serde(default)]
    pub latency: Option<String>,
    /// The network, by name.
    #[serde(default)]
    pub network: Option<String>,
    /// A bridge of the host.
    #[serde(default)]
    pub bridge: Option<String>,
    /// Its address; derived from the names where unset.
    #[serde(default)]
    pub mac: Option<String>,
    /// The card.
    #[serde(default = "virtio")]
    pub model: String,
    /// A container's IPv4 address.
    #[serde(default)]
    pub address: Option<String>,
    /// A container's further names.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Whether the cable is plugged in.
    #[serde(default)]
    pub link: Link,
}

/// Whether a cable is plugged in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Link {
    /// It is.
    #[default]
    Up,
    /// It is not.
    Down,
}

pub(super) fn default_capability() -> String {
    "default".to_owned()
}

fn virtio() -> String {
    "virtio".to_owned()
}
