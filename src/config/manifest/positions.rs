//! Where every value was written.

use std::collections::BTreeMap;

use model::{FieldPath, SourcePos};
use serde::Deserialize;

/// Positions by option path without `hypervisor.`; a value defined in several places has several.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Positions(BTreeMap<String, Vec<SourcePos>>);

impl Positions {
    /// Where the option at `path` was written, or else the nearest set around it.
    pub fn of<S: AsRef<str>>(&self, path: &[S]) -> Option<&SourcePos> {
        (1..=path.len()).rev().find_map(|length| self.exactly(&path[..length]))
    }

    /// Where exactly the option at `path` was written.
    pub fn exactly<S: AsRef<str>>(&self, path: &[S]) -> Option<&SourcePos> {
        let found = |key: &str| self.0.get(key).and_then(|all| all.first());
        let plain = path.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(".");
        found(&plain)
            .or_else(|| found(FieldPath::from_segments(path.iter().map(AsRef::as_ref)).as_str()))
            .or_else(|| found(&as_nix_prints(path)))
    }
}

/// The path with every segment quoted that is no Nix identifier.
fn as_nix_prints<S: AsRef<str>>(path: &[S]) -> String {
    let identifier = |text: &str| {
        text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '\''))
    };
    let quoted = path.iter().map(AsRef::as_ref).map(|segment: &str| {
        if identifier(segment) { segment.to_owned() } else { serde_json::Value::from(segment).to_string() }
    });
    quoted.collect::<Vec<_>>().join(".")
}
