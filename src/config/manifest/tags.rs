//! `hypervisor.compute.tags`.

use serde::Deserialize;
use serde_json::{Map, Value};

/// A tag's definition.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TagOptions {
    /// Its name.
    pub name: String,
    /// What it is about: performance, security, …
    #[serde(default)]
    pub category: Option<String>,
    /// The higher wins.
    pub priority: i64,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// Unit settings it brings.
    #[serde(default)]
    pub values: Map<String, Value>,
}
