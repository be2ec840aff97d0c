//! A libvirt storage pool in our terms.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use uuid::Uuid;

/// A storage pool. Source: <https://libvirt.org/formatstorage.html>.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PoolSpec {
    /// The pool's identity; pools have no metadata, so this is also our mark.
    pub uuid: Option<Uuid>,
    /// `pool/@type`.
    #[serde(rename = "type")]
    pub kind: Option<PoolKind>,
    /// `target/path`.
    pub path: Option<PathBuf>,
    /// `source/name`: the volume group or the ZFS dataset.
    pub source_name: Option<String>,
    /// `source/host/@name`, for `netfs`.
    pub source_host: Option<String>,
    /// `source/dir/@path`, for `netfs`.
    pub source_dir: Option<PathBuf>,
    /// Whether libvirt starts it with itself.
    pub autostart: Option<bool>,
}

/// `pool/@type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PoolKind {
    /// A directory.
    Dir,
    /// An LVM volume group.
    Logical,
    /// A network file system.
    Netfs,
    /// A ZFS dataset.
    Zfs,
    /// Any other kind; read, never declared.
    #[serde(other)]
    Other,
}
