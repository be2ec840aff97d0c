//! A disk image on the host.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

/// A disk image that is fetched or copied into our image directory with its hash checked.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ImageSpec {
    /// Where it is kept.
    pub path: PathBuf,
    /// Where it comes from.
    pub origin: Option<ImageOrigin>,
    /// The SHA-256 it must have, 64 hex digits; required for what is fetched.
    pub sha256: Option<String>,
}

/// Where an image comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ImageOrigin {
    /// An `http:` or `https:` URL.
    Url(String),
    /// A file on the host, copied.
    File(PathBuf),
}
