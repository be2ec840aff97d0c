//! A Docker network in our terms.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// A network of the container engine.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DockerNetworkSpec {
    /// The driver: `bridge`, `macvlan`, …
    pub driver: Option<String>,
    /// Its address range, where declared.
    pub subnet: Option<DockerSubnet>,
    /// Whether it has no way out.
    pub internal: Option<bool>,
    /// Driver options.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub options: BTreeMap<String, String>,
    /// Labels, ours left out.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
}

/// The address range of a Docker network.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DockerSubnet {
    /// `10.5.0.0/24`.
    pub cidr: Option<String>,
    /// The gateway's address.
    pub gateway: Option<String>,
}
