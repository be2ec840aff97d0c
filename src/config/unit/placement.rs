//! Where a unit may run. A mesh reads it; a single host has no choice.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::text_map;

/// `placement`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Placement {
    /// Units to be near to, or away from.
    pub affinity: Vec<Affinity>,
    /// How units of the same labels are spread.
    pub spread: Option<Spread>,
}

/// Units to be near to, or away from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Affinity {
    /// A must, a wish, or its opposite.
    #[serde(rename = "type")]
    pub kind: AffinityType,
    /// What near means.
    pub scope: AffinityScope,
    /// The units' labels.
    #[serde(deserialize_with = "text_map")]
    pub label_selector: BTreeMap<String, String>,
    /// How much a wish counts.
    #[serde(default = "full")]
    pub weight: i64,
}

/// Whether nearness is a must.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AffinityType {
    /// A must.
    Required,
    /// A wish.
    Preferred,
    /// To be avoided.
    Anti,
}

/// What near means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AffinityScope {
    /// The same host.
    Host,
    /// The same rack.
    Rack,
    /// The same zone.
    Zone,
    /// The same region.
    Region,
}

/// How units of the same labels are spread.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Spread {
    /// Over what.
    pub topology: String,
    /// How many in one place.
    #[serde(default = "alone")]
    pub maximum: u32,
}

fn full() -> i64 {
    100
}

fn alone() -> u32 {
    1
}
