//! A libvirt storage volume in our terms.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::Bytes;

/// A storage volume; its address is `volume/<pool>/<name>`.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct VolumeSpec {
    /// The pool it is in.
    pub pool: String,
    /// Its name in the pool.
    pub name: String,
    /// Its virtual size; unset takes the size of its contents.
    pub capacity: Option<Bytes>,
    /// Its format.
    pub format: Option<VolumeFormat>,
    /// The image it lies over, where it is an overlay.
    pub backing: Option<PathBuf>,
    /// What it is filled with when it is made; never compared afterwards.
    pub contents: Option<VolumeContents>,
}

/// A volume's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VolumeFormat {
    /// QEMU's copy-on-write format.
    Qcow2,
    /// Plain bytes.
    Raw,
    /// Any other format; read, never declared.
    #[serde(other)]
    Other,
}

/// What a volume is filled with when it is made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum VolumeContents {
    /// Nothing: it lies over its backing image.
    Overlay {
        /// The image's format.
        format: VolumeFormat,
    },
    /// A full copy of an image on the host, converted to the volume's format.
    Copy {
        /// The image.
        image: PathBuf,
        /// The image's format.
        format: VolumeFormat,
    },
}
