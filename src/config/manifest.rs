//! The manifest: what the modules make of `hypervisor.*`, and all that this crate reads. Both front doors end here:
//! an evaluated `.nix` file gives one, and the NixOS module writes one as JSON.
//!
//! One file a subject. What composition merges (units, tag values, policy defaults) stays a JSON tree; the rest is
//! typed.

mod activation;
mod composition;
mod networks;
mod policies;
mod positions;
mod storage;
mod tags;
mod units;

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

pub use activation::ActivationOptions;
pub use composition::{
    Blueprint, Compatibility, Component, ComponentOverrides, CompositionOptions, Configuration, Connection, CpuChange,
    File, Input, Instance, Interface, Layer, Layout, Member, MemoryChange, Output, Overrides, Packages, Parameter,
    Placement, Port, Properties, Repository, ResourceChanges, Rule, Rules, Scripts, Volume, VolumeUse,
};
pub use networks::{Dhcp, Ipv4Options, LeaseOptions, NetworkMode, NetworkOptions};
pub use policies::PolicyOptions;
pub use positions::Positions;
pub use storage::{PoolOptions, PoolSource, PoolType, StorageOptions, VolumeBackend, VolumeOptions};
pub use tags::TagOptions;
pub use units::{ComputeOptions, DefaultsOptions};

/// The version of the manifest's form that this crate reads.
pub const SCHEMA_VERSION: u64 = 1;

/// What the modules make of a configuration.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Manifest {
    /// The version of this form.
    pub schema_version: u64,
    /// The option tree.
    pub hypervisor: Options,
    /// Where every value was written.
    #[serde(default)]
    pub positions: Positions,
    /// What the modules warn of.
    #[serde(default)]
    pub warnings: Vec<String>,
}

/// The `hypervisor.*` option tree.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Options {
    /// Whether anything is managed at all.
    #[serde(default = "yes")]
    pub enable: bool,
    /// How far a switch of the host may go with the units.
    #[serde(default)]
    pub activation: ActivationOptions,
    /// Units, tags, policies.
    pub compute: ComputeOptions,
    /// Components, blueprints, instances.
    #[serde(default)]
    pub composition: CompositionOptions,
    /// Networks of libvirt and Docker.
    #[serde(default)]
    pub networks: BTreeMap<String, NetworkOptions>,
    /// Pools and volumes.
    #[serde(default)]
    pub storage: StorageOptions,
    /// Groups that nothing here acts upon yet, with what was set in them.
    #[serde(default)]
    pub declared: Map<String, Value>,
}

impl Manifest {
    /// Reads a manifest from its JSON value.
    ///
    /// # Errors
    /// When a field is missing, unknown or of the wrong type; the error carries its path.
    pub fn from_value(value: &Value) -> Result<Self, serde_path_to_error::Error<serde_json::Error>> {
        serde_path_to_error::deserialize(value)
    }
}

fn yes() -> bool {
    true
}
