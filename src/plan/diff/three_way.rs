//! The three-way comparison.
//!
//! | declared | applied | there | |
//! |---|---|---|---|
//! | unset | unset | any | not ours |
//! | = there | any | = declared | converged |
//! | d | a | a | the declaration changed |
//! | d | d | a | drift |
//! | d | x | a | both changed |
//! | unset | x | x | the declaration is gone: reset, or the device removed |
//! | unset | x | a | gone and drifted: left alone, and told |

use std::collections::BTreeSet;

use model::FieldPath;
use serde_json::Value;

use super::{Leaves, canonical::meaning_of_absence};
use crate::Cause;

/// One leaf, or one whole device, that differs.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Difference {
    /// Where.
    pub(crate) path: FieldPath,
    /// What is there.
    pub(crate) old: Option<Value>,
    /// What is wanted.
    pub(crate) new: Option<Value>,
    /// Why they differ.
    pub(crate) cause: Cause,
}

/// What differs, and what is left alone though its declaration is gone.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ThreeWay {
    /// What is to be changed, in the order of paths.
    pub(crate) differences: Vec<Difference>,
    /// What somebody has changed since, so that the vanished declaration no longer speaks of it.
    pub(crate) left: Vec<FieldPath>,
}

/// Compares what is declared, what was applied (`None` where nothing is remembered) and what is there.
pub(crate) fn three_way(desired: &Leaves, applied: Option<&Leaves>, actual: &Leaves) -> ThreeWay {
    let mut result = ThreeWay::default();
    let whole = compare_groups(desired, applied, actual, &mut result);
    let paths: BTreeSet<&FieldPath> =
        desired.fields.keys().chain(applied.iter().flat_map(|l| l.fields.keys())).collect();
    for path in paths {
        if !whole.iter().any(|group| path.is_within(group.as_str())) {
            compare_leaf(path, desired, applied, actual, &mut result);
        }
    }
    result.differences.sort_by(|a, b| a.path.cmp(&b.path));
    result
}

/// Compares the presence of devices; returns those that are decided as wholes.
fn compare_groups(d: &Leaves, l: Option<&Leaves>, a: &Leaves, result: &mut ThreeWay) -> Vec<FieldPath> {
    let paths: BTreeSet<&FieldPath> = d.groups.keys().chain(l.iter().flat_map(|l| l.groups.keys())).collect();
    let mut whole = Vec::new();
    for path in paths {
        let (wanted, was, there) = (d.groups.get(path), l.and_then(|l| l.groups.get(path)), a.groups.get(path));
        match (wanted, was, there) {
            (Some(_), _, Some(_)) => continue,
            (Some(new), was, None) => {
                let cause = if was.is_some() { Cause::Drift } else { Cause::Changed };
                result.differences.push(Difference { path: path.clone(), old: None, new: Some(new.clone()), cause });
            }
            (None, Some(_), Some(old)) if same_device(path, l, a) => {
                let (path, old) = (path.clone(), Some(old.clone()));
                result.differences.push(Difference { path, old, new: None, cause: Cause::Removed });
            }
            (None, Some(_), Some(_)) => result.left.push(path.clone()),
            (None, _, _) => {}
        }
        whole.push(path.clone());
    }
    whole
}

/// Whether the device there is still the one that we put there: what it is made of has not been exchanged.
fn same_device(path: &FieldPath, applied: Option<&Leaves>, actual: &Leaves) -> bool {
    let essence = path.child("source");
    applied.is_none_or(|applied| applied.value(&essence) == actual.value(&essence))
}

fn compare_leaf(path: &FieldPath, d: &Leaves, l: Option<&Leaves>, a: &Leaves, result: &mut ThreeWay) {
    let (wanted, was, there) = (d.value(path), l.and_then(|l| l.value(path)), a.value(path));
    let segments = path.segments();
    let absent = meaning_of_absence(d.kind, &segments);
    let same = |x: Option<&Value>, y: Option<&Value>| x.unwrap_or(&absent) == y.unwrap_or(&absent);
    if same(wanted, there) && (wanted.is_some() || there.is_none_or(|t| *t == absent)) {
        return;
    }
    let cause = match (wanted, was) {
        (None, None) => return,
        (None, Some(_)) if there.is_none() => return,
        (None, Some(_)) if same(was, there) => Cause::Removed,
        (None, Some(_)) => {
            result.left.push(path.clone());
            return;
        }
        (Some(_), None) => Cause::Changed,
        (Some(_), Some(_)) if same(wanted, was) => Cause::Drift,
        (Some(_), Some(_)) if same(was, there) => Cause::Changed,
        (Some(_), Some(_)) => Cause::Conflict,
    };
    let (old, new) = (there.cloned(), wanted.cloned());
    result.differences.push(Difference { path: path.clone(), old, new, cause });
}

#[cfg(test)]
mod tests;
