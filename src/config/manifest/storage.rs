//! `hypervisor.storage.{pools,volumes}`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::unit::{CloneMode, Image, ImageFormat, Size, text_map};

/// `hypervisor.storage`, as far as there is an engine for it.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct StorageOptions {
    /// Storage pools of libvirt.
    pub pools: BTreeMap<String, PoolOptions>,
    /// Volumes of libvirt and Docker.
    pub volumes: BTreeMap<String, VolumeOptions>,
}

/// A storage pool.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PoolOptions {
    /// What holds its volumes.
    #[serde(rename = "type")]
    pub kind: PoolType,
    /// Where it is on the host; below the state directory where unset.
    pub path: Option<String>,
    /// What it is made of, for kinds other than `dir`.
    pub source: Option<PoolSource>,
    /// What it offers to disks that ask by capability.
    pub capabilities: Vec<String>,
    /// Whether it starts with libvirt.
    pub autostart: bool,
    /// Whether a pool of this name that is not ours is taken over.
    pub adopt: bool,
    /// Whether it is never removed.
    pub protect: bool,
}

/// What holds a pool's volumes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PoolType {
    /// A directory.
    Dir,
    /// An LVM volume group.
    Logical,
    /// A network file system.
    Netfs,
    /// A ZFS dataset.
    Zfs,
}

/// What a pool is made of.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PoolSource {
    /// The volume group or dataset.
    pub name: Option<String>,
    /// The file server.
    pub host: Option<String>,
    /// The directory it exports.
    pub dir: Option<String>,
}

/// The program that has a volume or network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VolumeBackend {
    /// libvirt.
    Libvirt,
    /// A Docker-compatible engine.
    Docker,
}

/// A volume.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VolumeOptions {
    /// Who has it.
    pub backend: VolumeBackend,
    /// The pool it is in (libvirt).
    pub pool: String,
    /// Its virtual size (libvirt).
    pub size: Option<Size>,
    /// Its format (libvirt).
    pub format: ImageFormat,
    /// What it is filled with (libvirt).
    pub image: Option<Image>,
    /// How it is filled (libvirt).
    pub clone: CloneMode,
    /// The driver (Docker).
    pub driver: String,
    /// Driver options (Docker).
    #[serde(deserialize_with = "text_map")]
    pub options: BTreeMap<String, String>,
    /// Labels (Docker).
    #[serde(deserialize_with = "text_map")]
    pub labels: BTreeMap<String, String>,
    /// Whether a volume of this name that is not ours is taken over.
    pub adopt: bool,
    /// Whether it is never removed.
    pub protect: bool,
    /// What becomes of it when its declaration is gone.
    pub deletion_policy: model::DeletionPolicy,
}
