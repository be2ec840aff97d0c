//! `hypervisor.compute.policies`.

use serde::Deserialize;
use serde_json::{Map, Value};

/// A policy.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyOptions {
    /// Its name.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Tags that its units have besides their own.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Unit settings below those of tags.
    #[serde(default)]
    pub defaults: Map<String, Value>,
    /// What the resolved unit has to satisfy.
    #[serde(default)]
    pub constraints: Map<String, Value>,
}
