//! `hypervisor.compute`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{PolicyOptions, TagOptions};

/// `hypervisor.compute`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComputeOptions {
    /// What each unit sets itself, and nothing more.
    #[serde(default)]
    pub units: BTreeMap<String, Map<String, Value>>,
    /// A whole unit of option defaults.
    pub unit_defaults: Map<String, Value>,
    /// Tags with a definition.
    #[serde(default)]
    pub tags: BTreeMap<String, TagOptions>,
    /// Policies.
    #[serde(default)]
    pub policies: BTreeMap<String, PolicyOptions>,
    /// What every unit gets.
    #[serde(default)]
    pub defaults: DefaultsOptions,
}

/// `hypervisor.compute.defaults`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DefaultsOptions {
    /// Tags that every unit has, after its own and its policies'.
    pub default_tags: Vec<String>,
    /// Scales CPU and memory that a unit does not set itself.
    pub resource_multiplier: f64,
    /// How a mesh places units; a single host has no choice.
    pub scheduling: Map<String, Value>,
    /// Whether a tag without a definition is an error.
    pub strict_tags: bool,
    /// Unit settings below those of policies.
    pub unit: Map<String, Value>,
}

impl Default for DefaultsOptions {
    fn default() -> Self {
        Self {
            default_tags: Vec::new(),
            resource_multiplier: 1.0,
            scheduling: Map::new(),
            strict_tags: false,
            unit: Map::new(),
        }
    }
}
