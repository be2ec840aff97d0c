//! Isolation and persistence.

use serde::Deserialize;

/// `features`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Features {
    /// What separates the unit from the host.
    pub isolation: Isolation,
    /// What outlives a stop.
    pub persistence: Persistence,
}

/// `features.isolation`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Isolation {
    /// VM, container, …
    #[serde(rename = "type")]
    pub kind: IsolationType,
    /// How strictly.
    pub security_level: SecurityLevel,
    /// Whether SELinux confines it, where the host has it.
    pub selinux: bool,
}

/// What separates a unit from the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum IsolationType {
    /// A virtual machine.
    Vm,
    /// A container.
    Container,
    /// A virtual machine with few devices.
    Firecracker,
    /// A container in a virtual machine.
    Kata,
    /// A WebAssembly runtime.
    Wasm,
}

/// How strictly a unit is separated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SecurityLevel {
    /// As the backend does by itself.
    Standard,
    /// Without ways to gain privileges.
    Hardened,
    /// With memory that the host cannot read.
    Confidential,
}

/// `features.persistence`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Persistence {
    /// Whether it keeps state.
    pub stateful: bool,
    /// Whether it is checkpointed.
    pub checkpoints: bool,
    /// How it may move.
    pub migration: Migration,
}

/// How a unit may move to another host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Migration {
    /// Not at all.
    None,
    /// While it is off.
    Cold,
    /// While it runs.
    Live,
}

impl IsolationType {
    /// Whether the container engine runs it.
    pub const fn is_container(self) -> bool {
        matches!(self, Self::Container | Self::Kata)
    }
}
