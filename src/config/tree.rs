//! JSON trees of settings: merging, looking up, walking.

use serde_json::{Map, Value};

/// Merges `over` into `base`: sets deeply, anything else (lists too) replaces what was there.
pub(crate) fn merge(base: &mut Map<String, Value>, over: &Map<String, Value>) {
    for (key, value) in over {
        match (base.get_mut(key), value) {
            (Some(Value::Object(below)), Value::Object(above)) => merge(below, above),
            (Some(below), above) => *below = above.clone(),
            (None, above) => {
                base.insert(key.clone(), above.clone());
            }
        }
    }
}

/// What a tree holds at a path: the value there, or the value other than a set that ends the path early.
pub(crate) fn lookup<'a, S: AsRef<str>>(tree: &'a Map<String, Value>, path: &[S]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    let mut value = tree.get(first.as_ref())?;
    for segment in rest {
        match value {
            Value::Object(map) => value = map.get(segment.as_ref())?,
            other => return Some(other),
        }
    }
    Some(value)
}

/// What a tree holds exactly at a path; list elements are counted from 0.
pub(crate) fn at<'a, S: AsRef<str>>(value: &'a Value, path: &[S]) -> Option<&'a Value> {
    path.iter().try_fold(value, |value, segment| match value {
        Value::Object(map) => map.get(segment.as_ref()),
        Value::Array(list) => list.get(segment.as_ref().parse::<usize>().ok()?),
        _ => None,
    })
}

/// Makes the tree that holds `value` at `path` and nothing else.
pub(crate) fn branch(path: &[&str], value: Value) -> Map<String, Value> {
    let (first, rest) = path.split_first().expect("a branch has a path");
    let inner = if rest.is_empty() { value } else { Value::Object(branch(rest, value)) };
    Map::from_iter([((*first).to_owned(), inner)])
}

/// Calls `visit` with the path and value of every leaf: whatever is no set, and empty sets.
pub(crate) fn leaves(tree: &Map<String, Value>, visit: &mut dyn FnMut(&[String], &Value)) {
    fn walk(map: &Map<String, Value>, path: &mut Vec<String>, visit: &mut dyn FnMut(&[String], &Value)) {
        for (key, value) in map {
            path.push(key.clone());
            match value {
                Value::Object(inner) if !inner.is_empty() => walk(inner, path, visit),
                leaf => visit(path, leaf),
            }
            path.pop();
        }
    }
    walk(tree, &mut Vec::new(), visit);
}
