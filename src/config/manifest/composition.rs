//! `hypervisor.composition`.

mod blueprint;
mod component;
mod instance;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

pub use blueprint::{Blueprint, Connection, Layer, Layout, Member, Parameter, Rule, Rules};
pub use component::{
    Compatibility, Component, Configuration, CpuChange, File, Input, Interface, MemoryChange, Output, Packages, Port,
    Properties, Repository, ResourceChanges, Scripts, Volume, VolumeUse,
};
pub use instance::{ComponentOverrides, Instance, Overrides, Placement};

/// `hypervisor.composition`.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CompositionOptions {
    /// Reusable building blocks.
    pub components: BTreeMap<String, Component>,
    /// Compositions of components.
    pub blueprints: BTreeMap<String, Blueprint>,
    /// Units made from a blueprint.
    pub instances: BTreeMap<String, Instance>,
    /// How composition works.
    pub settings: Map<String, Value>,
}
