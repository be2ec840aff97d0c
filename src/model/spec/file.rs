//! A text file on the host, mounted into a container.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A file that a component configures for a container.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct FileSpec {
    /// Where it is kept on the host.
    pub path: PathBuf,
    /// What is in it.
    pub content: String,
    /// Its permissions, octal: `0644`.
    pub mode: String,
    /// The user that owns it, by name or number.
    pub owner: String,
    /// The group that owns it, by name or number.
    pub group: String,
}
