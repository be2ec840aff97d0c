//! What the guest is told when it first boots.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::text_map;

/// `cloudInit`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CloudInit {
    /// Whether there is a seed; unset, where there is something to tell.
    pub enable: Option<bool>,
    /// The host name; the unit's name where unset.
    pub hostname: Option<String>,
    /// Merged into the `#cloud-config` document.
    pub user_data: Map<String, Value>,
    /// Merged into the meta-data.
    #[serde(deserialize_with = "text_map")]
    pub meta_data: BTreeMap<String, String>,
    /// The network configuration.
    pub network_config: Option<Map<String, Value>>,
    /// Users, as cloud-init describes them.
    pub users: Vec<Value>,
    /// Keys of the default user.
    pub ssh_authorized_keys: Vec<String>,
}
