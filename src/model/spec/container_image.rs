//! An image of the container engine.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// A container image; its address is `container-image/<reference>`.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ContainerImageSpec {
    /// The reference, `name:tag` or `name@sha256:…`.
    pub reference: String,
    /// Where it comes from.
    pub source: Option<ContainerImageSource>,
    /// The SHA-256 of the archive it was made from, 64 hex digits; filled in when the archive is read.
    pub archive_sha256: Option<String>,
    /// The engine's image id (`sha256:…`); observed, never declared.
    pub id: Option<String>,
}

/// Where a container image comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContainerImageSource {
    /// A registry.
    Pull(PullPolicy),
    /// The tar that `docker save` writes.
    Archive(PathBuf),
    /// The tar of a root file system, as `docker import` takes it.
    Rootfs(PathBuf),
}

/// When a registry is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PullPolicy {
    /// When the engine lacks the image.
    Missing,
    /// At every apply.
    Always,
    /// Never: the image must be there.
    Never,
}
