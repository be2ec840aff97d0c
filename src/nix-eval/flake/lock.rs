//! `flake.lock`: which version of each input is meant.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value as Json};

use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};

/// Versions of the format that are read.
const VERSIONS: std::ops::RangeInclusive<u64> = 5..=7;

/// A lock file.
#[derive(Debug)]
pub(super) struct Lock {
    pub(super) root: String,
    pub(super) nodes: BTreeMap<String, LockNode>,
}

/// One input as it is locked.
#[derive(Debug, Default)]
pub(super) struct LockNode {
    pub(super) inputs: BTreeMap<String, LockInput>,
    /// The exact version; none for the root.
    pub(super) locked: Option<Map<String, Json>>,
    /// What was asked for.
    pub(super) original: Option<Map<String, Json>>,
    pub(super) is_flake: bool,
    /// For a relative path: the input it is relative to.
    pub(super) parent: Option<Vec<String>>,
}

/// What an input's name leads to.
#[derive(Clone, Debug)]
pub(super) enum LockInput {
    Node(String),
    /// An input of the root, or of its inputs.
    Follows(Vec<String>),
}

impl Lock {
    /// Reads the contents of a lock file.
    pub(super) fn parse(path: &Path, bytes: &[u8]) -> Res<Self> {
        let shown = path.display();
        let json: Json = serde_json::from_slice(bytes)
            .map_err(|error| Fault::new(ErrorKind::Value, format!("lock file '{shown}' is not JSON: {error}")))?;
        let version = json.get("version").and_then(Json::as_u64).unwrap_or_default();
        if !VERSIONS.contains(&version) {
            let message = format!("lock file '{shown}' has unsupported version {version}");
            let help = "`nix flake lock` writes it in a version that is read here (5 to 7)".to_owned();
            return Err(Fault::new(ErrorKind::Unsupported, message).help(Some(help)));
        }
        let malformed = |what: &str| Fault::new(ErrorKind::Value, format!("lock file '{shown}' {what}"));
        let root = json.get("root").and_then(Json::as_str).ok_or_else(|| malformed("has no root"))?.to_owned();
        let nodes = json.get("nodes").and_then(Json::as_object).ok_or_else(|| malformed("has no nodes"))?;
        let nodes: BTreeMap<_, _> = nodes.iter().map(|(key, node)| (key.clone(), LockNode::parse(node))).collect();
        let lock = Self { root, nodes };
        match lock.dangling() {
            Some(key) => Err(malformed(&format!("has no node '{key}', which it refers to"))),
            None => Ok(lock),
        }
    }

    /// A node that is referred to and not there.
    fn dangling(&self) -> Option<&str> {
        let inputs = self.nodes.values().flat_map(|node| node.inputs.values());
        let keys = inputs.filter_map(|input| match input {
            LockInput::Node(key) => Some(key.as_str()),
            LockInput::Follows(_) => None,
        });
        std::iter::once(self.root.as_str()).chain(keys).find(|key| !self.nodes.contains_key(*key))
    }
}

impl LockNode {
    fn parse(json: &Json) -> Self {
        let object = |name: &str| json.get(name).and_then(Json::as_object).cloned();
        let inputs = object("inputs").unwrap_or_default();
        Self {
            inputs: inputs.iter().filter_map(|(name, input)| Some((name.clone(), LockInput::parse(input)?))).collect(),
            locked: object("locked"),
            original: object("original"),
            is_flake: json.get("flake").and_then(Json::as_bool).unwrap_or(true),
            parent: json.get("parent").and_then(names),
        }
    }
}

impl LockInput {
    fn parse(json: &Json) -> Option<Self> {
        json.as_str().map(|key| Self::Node(key.to_owned())).or_else(|| names(json).map(Self::Follows))
    }
}

fn names(json: &Json) -> Option<Vec<String>> {
    json.as_array()?.iter().map(|name| name.as_str().map(str::to_owned)).collect()
}
