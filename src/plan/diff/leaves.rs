//! A specification as what is compared: leaves in canonical form, and keyed groups (devices) as wholes.

use std::collections::BTreeMap;

use model::{FieldPath, Fields, Kind, Spec};
use serde_json::{Map, Value};

use super::canonical::canonical;
use crate::matrix::matches;

/// A specification's leaves in canonical form.
#[derive(Clone, Debug)]
pub(crate) struct Leaves {
    /// What kind of resource it is.
    pub(crate) kind: Kind,
    /// The leaves. Values with alternatives (a disk's source) are one leaf, and nothing is `{}`.
    pub(crate) fields: Fields,
    /// The keyed groups: `disks.data`, with everything in it.
    pub(crate) groups: BTreeMap<FieldPath, Value>,
}

impl Leaves {
    /// Takes a specification apart.
    pub(crate) fn of(spec: &Spec) -> Self {
        let kind = spec.kind();
        let fields = match spec {
            Spec::Container(spec) => Spec::Container(spec.clone().canonical()).fields(),
            other => other.fields(),
        };
        let mut leaves = Self { kind, fields: Fields::new(), groups: BTreeMap::new() };
        for (path, value) in fields {
            leaves.take(path, value);
        }
        leaves
    }

    /// The value of a leaf.
    pub(crate) fn value(&self, path: &FieldPath) -> Option<&Value> {
        self.fields.get(path)
    }

    /// Makes the leaf `path` what `other` has there.
    pub(crate) fn take_from(&mut self, other: &Self, path: &FieldPath) {
        match other.fields.get(path) {
            Some(value) => self.fields.insert(path.clone(), value.clone()),
            None => self.fields.remove(path),
        };
    }

    fn take(&mut self, path: FieldPath, value: Value) {
        let segments = path.segments();
        let group = group_length(self.kind, &segments);
        if let Some(length) = group {
            let key = FieldPath::from_segments(segments[..length].iter().map(String::as_str));
            let whole = self.groups.entry(key).or_insert_with(|| Value::Object(Map::new()));
            insert(whole, &segments[length..], &value);
        }
        if value.as_object().is_some_and(Map::is_empty) {
            return;
        }
        match tagged_length(self.kind, &segments) {
            Some(length) if length < segments.len() => {
                let key = FieldPath::from_segments(segments[..length].iter().map(String::as_str));
                let whole = self.fields.entry(key).or_insert_with(|| Value::Object(Map::new()));
                insert(whole, &segments[length..], &value);
            }
            _ => {
                let value = canonical(self.kind, &segments, value);
                self.fields.insert(path, value);
            }
        }
    }
}

/// The prefixes below which a kind keeps things by name.
const fn keyed(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Domain => &["disks", "interfaces", "filesystems", "hostDevices"],
        Kind::Container => &["networks", "mounts", "ulimits"],
        Kind::Network => &["ipv4.dhcpHosts"],
        _ => &[],
    }
}

/// Values with alternatives: they change as one.
const fn tagged(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Domain => &["disks.*.source", "interfaces.*.source"],
        Kind::Image => &["origin"],
        Kind::Volume => &["contents"],
        Kind::ContainerImage => &["source"],
        _ => &[],
    }
}

fn group_length(kind: Kind, segments: &[String]) -> Option<usize> {
    keyed(kind).iter().find_map(|prefix| {
        let length = prefix.split('.').count() + 1;
        (segments.len() >= length && matches(&format!("{prefix}.*"), &segments[..length])).then_some(length)
    })
}

fn tagged_length(kind: Kind, segments: &[String]) -> Option<usize> {
    tagged(kind).iter().find_map(|pattern| {
        let length = pattern.split('.').count();
        (segments.len() >= length && matches(pattern, &segments[..length])).then_some(length)
    })
}

/// Puts `value` at the place below `whole` that the segments name.
fn insert(whole: &mut Value, segments: &[String], value: &Value) {
    let Some((first, rest)) = segments.split_first() else {
        if whole.as_object().is_none_or(Map::is_empty) {
            *whole = value.clone();
        }
        return;
    };
    if !whole.is_object() {
        *whole = Value::Object(Map::new());
    }
    if let Some(map) = whole.as_object_mut() {
        insert(map.entry(first.clone()).or_insert_with(|| Value::Object(Map::new())), rest, value);
    }
}
