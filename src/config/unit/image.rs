//! What a unit is made from.

use std::path::PathBuf;

use serde::{Deserialize, Deserializer, de};
use serde_json::Value;

/// An image: a set, or its `source` alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// A path or URL for a VM, a reference for a container.
    pub source: Option<String>,
    /// Its SHA-256.
    pub hash: Option<String>,
    /// A volume, `pool/volume`, in place of a file.
    pub volume: Option<String>,
    /// The tar of `docker save`.
    pub archive: Option<PathBuf>,
    /// The tar of a root file system.
    pub rootfs: Option<PathBuf>,
    /// The file's format.
    pub format: ImageFormat,
    /// How the root disk is made from it.
    pub clone: CloneMode,
    /// When a registry is asked.
    pub pull: Pull,
}

/// The format of a disk image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImageFormat {
    /// QEMU's copy-on-write format.
    #[default]
    Qcow2,
    /// Plain bytes.
    Raw,
}

/// How a disk is made from an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CloneMode {
    /// It holds only what differs.
    #[default]
    Overlay,
    /// It is a copy.
    Copy,
}

/// When a registry is asked for an image.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pull {
    /// When the engine lacks it.
    #[default]
    Missing,
    /// At every apply.
    Always,
    /// Never.
    Never,
}

impl<'de> Deserialize<'de> for Image {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        struct Set {
            source: Option<String>,
            hash: Option<String>,
            volume: Option<String>,
            archive: Option<PathBuf>,
            rootfs: Option<PathBuf>,
            #[serde(default)]
            format: ImageFormat,
            #[serde(default)]
            clone: CloneMode,
            #[serde(default)]
            pull: Pull,
        }
        match Value::deserialize(deserializer)? {
            Value::String(source) => Ok(Self { source: Some(source), ..Self::default() }),
            other => {
                let Set { source, hash, volume, archive, rootfs, format, clone, pull } =
                    serde_json::from_value(other).map_err(de::Error::custom)?;
                Ok(Self { source, hash, volume, archive, rootfs, format, clone, pull })
            }
        }
    }
}
