//! `hypervisor.composition.instances`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

/// A unit made from a blueprint.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Instance {
    /// The blueprint.
    pub blueprint: String,
    /// Its name.
    pub name: String,
    /// What it changes.
    pub overrides: Overrides,
    /// What it sets.
    pub parameters: BTreeMap<String, Value>,
    /// Where it runs.
    pub placement: Placement,
}

/// What an instance changes.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Overrides {
    /// Of components, by their name in the blueprint.
    pub components: BTreeMap<String, ComponentOverrides>,
    /// Of the unit's `resources`.
    pub resources: Map<String, Value>,
}

/// What an instance changes of a component.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComponentOverrides {
    /// Merged into its configuration.
    pub configuration: Map<String, Value>,
    /// In place of the blueprint's.
    pub inputs: BTreeMap<String, Value>,
}

/// Where an instance runs.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Placement {
    /// The node.
    pub node: Option<String>,
    /// Tags of the node.
    pub tags: Vec<String>,
}
