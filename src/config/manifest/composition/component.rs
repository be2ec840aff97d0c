//! `hypervisor.composition.components`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::unit::{Protocol, Size, text_map};

/// A building block.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Component {
    /// Its name.
    pub name: String,
    /// What it is: base, runtime, service, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Its version.
    pub version: String,
    /// What it says about itself.
    pub properties: Properties,
    /// What it takes and gives.
    pub interface: Interface,
    /// What it configures in the guest.
    pub configuration: Configuration,
}

/// What a component says about itself.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Properties {
    /// What it is for.
    pub description: String,
    /// Who keeps it.
    pub maintainer: String,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// What it goes together with.
    pub compatibility: Compatibility,
}

/// What a component goes together with.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Compatibility {
    /// Architectures it runs on.
    pub architectures: Vec<String>,
    /// What must not be beside it: components or what they provide.
    pub conflicts: Vec<String>,
    /// What it provides to others.
    pub provides: Vec<String>,
    /// What must be beside it: components or what they provide.
    pub requires: Vec<String>,
}

/// What a component takes and gives.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Interface {
    /// Events it emits; for people to read.
    pub events: Vec<Map<String, Value>>,
    /// What it takes, by name.
    pub inputs: BTreeMap<String, Input>,
    /// What it gives, by name.
    pub outputs: BTreeMap<String, Output>,
}

/// What a component takes.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Input {
    /// The value where none is given.
    #[serde(default)]
    pub default: Value,
    /// What it is.
    pub description: String,
    /// Whether it has to be given.
    pub required: bool,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
}

/// What a component gives.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Output {
    /// What it is.
    pub description: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its value, with `{{ … }}` filled in.
    pub value: String,
}

/// What a component configures in the guest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Configuration {
    /// Environment variables.
    #[serde(deserialize_with = "text_map")]
    pub environment: BTreeMap<String, String>,
    /// Files by path.
    pub files: BTreeMap<String, File>,
    /// Scripts at set-up.
    pub hooks: Scripts,
    /// Packages of the guest's distribution.
    pub packages: Packages,
    /// Ports it listens on.
    pub ports: Vec<Port>,
    /// What it does to the unit's resources.
    pub resources: ResourceChanges,
    /// Storage it wants.
    pub volumes: Vec<Volume>,
}

/// A file in the guest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct File {
    /// What is in it.
    pub content: String,
    /// Its group.
    #[serde(default = "root")]
    pub group: String,
    /// Its permissions, octal.
    #[serde(default = "readable")]
    pub mode: String,
    /// Its owner.
    #[serde(default = "root")]
    pub owner: String,
}

/// Scripts at set-up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Scripts {
    /// After the packages' installation, to configure.
    pub configure: String,
    /// Right after the packages' installation.
    pub post_install: String,
    /// Before the packages' installation.
    pub pre_install: String,
    /// Last, to check that all went well.
    pub validate: String,
}

/// Packages of the guest's distribution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Packages {
    /// What is installed.
    pub install: Vec<String>,
    /// What is removed.
    pub remove: Vec<String>,
    /// Where from, besides the distribution's own.
    pub repositories: Vec<Repository>,
}

/// A package repository.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Repository {
    /// Its signing key, armoured.
    #[serde(default)]
    pub key: Option<String>,
    /// Its address, or a whole apt source line.
    pub url: String,
}

/// A port that a component listens on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Port {
    /// The host's port it is published on.
    #[serde(default)]
    pub external: Option<u16>,
    /// The port inside.
    pub internal: u16,
    /// Its protocol.
    #[serde(default)]
    pub protocol: Protocol,
}

/// What a component does to the unit's resources.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResourceChanges {
    /// To its CPU capacity.
    pub cpu: Option<CpuChange>,
    /// To its memory.
    pub memory: Option<MemoryChange>,
}

/// What a component does to CPU capacity, in hundredths of a vCPU: `max(minimum, value × multiply + add)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CpuChange {
    /// Added last.
    #[serde(default)]
    pub add: i64,
    /// The least.
    #[serde(default)]
    pub minimum: i64,
    /// The factor.
    #[serde(default = "one")]
    pub multiply: f64,
}

/// What a component does to memory: `max(minimum, value × multiply + add)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MemoryChange {
    /// Added last.
    #[serde(default)]
    pub add: Size,
    /// The least.
    #[serde(default)]
    pub minimum: Size,
    /// The factor.
    #[serde(default = "one")]
    pub multiply: f64,
}

/// Storage that a component wants.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Volume {
    /// Its name.
    pub name: String,
    /// Where it is mounted.
    pub path: String,
    /// Its size.
    #[serde(default)]
    pub size: Option<Size>,
    /// What is kept in it.
    #[serde(rename = "type", default)]
    pub kind: VolumeUse,
}

/// What a volume is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VolumeUse {
    /// Data that stays.
    #[default]
    Persistent,
    /// Data that goes with the unit's stop.
    Ephemeral,
    /// Configuration, read only.
    Config,
    /// Secrets, read only.
    Secret,
}

fn root() -> String {
    "root".to_owned()
}

fn readable() -> String {
    "0644".to_owned()
}

fn one() -> f64 {
    1.0
}
