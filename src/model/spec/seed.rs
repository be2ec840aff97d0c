//! A cloud-init seed.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// An ISO 9660 image labelled `cidata` with cloud-init's NoCloud files.
/// Source: <https://docs.cloud-init.io/en/latest/reference/datasources/nocloud.html>.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct SeedSpec {
    /// Where it is kept; its contents' hash is part of the name, so a changed seed is another file.
    pub path: PathBuf,
    /// `user-data`, beginning with `#cloud-config`.
    pub user_data: String,
    /// `meta-data`.
    pub meta_data: String,
    /// `network-config`.
    pub network_config: Option<String>,
}
