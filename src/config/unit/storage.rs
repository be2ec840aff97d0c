//! Disks and shared directories.

use std::path::PathBuf;

use serde::Deserialize;

use super::{ImageFormat, Size, Throughput, network::default_capability};

/// A disk of a VM, a volume of a container.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Storage {
    /// Its name in the unit.
    pub name: String,
    /// What its pool has to offer.
    #[serde(default = "default_capability")]
    pub capability: String,
    /// Its size.
    #[serde(default)]
    pub size: Option<Size>,
    /// Features wanted of the storage; for placement.
    #[serde(default)]
    pub features: Vec<String>,
    /// Limits on its traffic.
    #[serde(default)]
    pub performance: Option<Performance>,
    /// The pool, by name.
    #[serde(default)]
    pub pool: Option<String>,
    /// A declared volume in place of its own.
    #[serde(default)]
    pub volume: Option<String>,
    /// Its format.
    #[serde(default)]
    pub format: ImageFormat,
    /// Its bus.
    #[serde(default)]
    pub bus: Bus,
    /// The host's caching.
    #[serde(default)]
    pub cache: Option<String>,
    /// Whether trimmed blocks are given back.
    #[serde(default)]
    pub discard: Option<String>,
    /// Where a container sees it.
    #[serde(default)]
    pub path: Option<String>,
    /// Whether the unit may only read.
    #[serde(default)]
    pub read_only: bool,
    /// Whether it goes with the unit.
    #[serde(default)]
    pub ephemeral: bool,
}

/// Limits on a disk's traffic.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Performance {
    /// Operations a second.
    pub iops: Option<u64>,
    /// Bytes a second.
    pub throughput: Option<Throughput>,
}

/// A disk's bus.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bus {
    /// virtio-blk.
    #[default]
    Virtio,
    /// virtio-scsi.
    Scsi,
    /// AHCI.
    Sata,
    /// USB.
    Usb,
}

/// A directory of the host shared with a VM.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Filesystem {
    /// Its name in the unit.
    pub name: String,
    /// The directory.
    pub source: PathBuf,
    /// The mount tag.
    pub target: String,
    /// How it is shared.
    #[serde(default = "nine_p")]
    pub driver: model::spec::FilesystemDriver,
    /// Whether the guest may only read.
    #[serde(default)]
    pub read_only: bool,
}

fn nine_p() -> model::spec::FilesystemDriver {
    model::spec::FilesystemDriver::NineP
}
