//! `hypervisor.composition.blueprints`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

/// A composition of components.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Blueprint {
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Its components.
    pub components: Vec<Member>,
    /// Which output goes to which input.
    pub connections: Vec<Connection>,
    /// What an instance can set.
    pub parameters: BTreeMap<String, Parameter>,
    /// The order of its components.
    pub layout: Layout,
    /// What has to hold.
    pub validation: Rules,
}

/// A component in a blueprint.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Member {
    /// Its name here; the component's where unset.
    #[serde(default)]
    pub alias: Option<String>,
    /// The component.
    pub component: String,
    /// A Nix expression; the component takes part where it is true.
    #[serde(default)]
    pub condition: Option<String>,
    /// What it is given.
    #[serde(default)]
    pub inputs: BTreeMap<String, Value>,
}

/// An output that goes to an input.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Connection {
    /// `member.output`.
    pub from: String,
    /// `member.input`.
    pub to: String,
    /// What is done to the value on its way.
    #[serde(default)]
    pub transform: Option<String>,
}

/// What an instance can set.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Parameter {
    /// The value where none is given; null means that one has to be.
    #[serde(default)]
    pub default: Value,
    /// What it is.
    pub description: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// A regular expression for text, `least..most` for numbers and sizes.
    #[serde(default)]
    pub validation: Option<String>,
}

/// The order of a blueprint's components.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Layout {
    /// For people to read.
    pub constraints: Map<String, Value>,
    /// Groups of components, set up in order.
    pub layers: Vec<Layer>,
}

/// A group of components.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Layer {
    /// Its members.
    pub components: Vec<String>,
    /// Its name.
    pub name: String,
    /// Lower is earlier.
    #[serde(default)]
    pub order: i64,
}

/// What has to hold of a blueprint's values.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rules {
    /// Each of them.
    pub rules: Vec<Rule>,
}

/// A Nix expression that has to be true.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Rule {
    /// The expression.
    pub expression: String,
    /// What is wrong where it is false.
    pub message: String,
    /// Its name.
    pub name: String,
}
