//! Changes specifications field by field, as backends do with their documents.

use model::{FieldPath, Fields, Spec};
use serde_json::{Map, Value, json};

/// `old` with only these `fields` taken from `new`: what a redefinition makes of the document that is there, and a
/// change of a running object.
pub(super) fn with_fields(old: &Spec, new: &Spec, fields: &[FieldPath]) -> Spec {
    let mut leaves = old.fields();
    let wanted = new.fields();
    for path in fields {
        remove(&mut leaves, &wanted, path);
        let device = device(path);
        let wanted_there = wanted.iter().filter(|(leaf, _)| leaf.is_within(path.as_str()));
        let new_device = !leaves.keys().any(|leaf| leaf.is_within(device.as_str()));
        let of_device = wanted.iter().filter(|(leaf, _)| new_device && leaf.is_within(device.as_str()));
        for (leaf, value) in wanted_there.chain(of_device) {
            replace(&mut leaves, leaf, value.clone());
        }
    }
    assemble(old, leaves)
}

/// `old` with one field set, or everything at a path taken away.
pub(super) fn set(old: &Spec, path: &FieldPath, value: Option<Value>) -> Spec {
    let mut leaves = old.fields();
    match value {
        Some(value) => replace(&mut leaves, path, value),
        None => leaves.retain(|leaf, _| !leaf.is_within(path.as_str())),
    }
    assemble(old, leaves)
}

/// Takes a field away unless it is wanted; a device of which nothing is wanted goes as a whole.
fn remove(leaves: &mut Fields, wanted: &Fields, path: &FieldPath) {
    let device = device(path);
    let is_wanted = |at: &FieldPath| wanted.keys().any(|leaf| leaf.is_within(at.as_str()));
    if !is_wanted(&device) {
        leaves.retain(|leaf, _| !leaf.is_within(device.as_str()));
    } else if !is_wanted(path) {
        leaves.retain(|leaf, _| !leaf.is_within(path.as_str()));
    }
}

/// The first two segments of a path: `disks.data` of `disks.data.cache`.
fn device(path: &FieldPath) -> FieldPath {
    let segments = path.segments();
    FieldPath::from_segments(segments.iter().take(2).map(String::as_str))
}

/// Sets a leaf. A choice (a disk's source, an interface's) has one branch only: the others go.
fn replace(leaves: &mut Fields, path: &FieldPath, value: Value) {
    let segments = path.segments();
    let choice = segments.iter().position(|s| matches!(s.as_str(), "source" | "origin" | "contents"));
    if let Some(at) = choice.filter(|&at| at + 1 < segments.len()) {
        let branch = FieldPath::from_segments(segments[..at + 2].iter().map(String::as_str));
        let all = FieldPath::from_segments(segments[..=at].iter().map(String::as_str));
        leaves.retain(|leaf, _| !leaf.is_within(all.as_str()) || leaf.is_within(branch.as_str()));
        leaves.remove(&all);
    } else if choice.is_some() {
        leaves.retain(|leaf, _| !leaf.is_within(path.as_str()));
    }
    leaves.insert(path.clone(), value);
}

fn assemble(like: &Spec, leaves: Fields) -> Spec {
    let mut root = Map::new();
    for (path, value) in leaves {
        let segments = path.segments();
        let (last, parents) = segments.split_last().expect("a leaf has a path");
        let mut at = &mut root;
        for segment in parents {
            let entry = at.entry(segment.clone()).or_insert_with(|| Value::Object(Map::new()));
            at = entry.as_object_mut().expect("no leaf lies above another");
        }
        at.insert(last.clone(), value);
    }
    let document = json!({ "kind": like.kind().as_str(), "spec": root });
    serde_json::from_value(document).expect("leaves of specifications make a specification")
}
