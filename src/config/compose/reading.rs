//! From merged settings to the typed unit: what does not fit is named with where it came from.

use std::borrow::Cow;

use model::Origin;
use serde_json::{Map, Value};

use super::{Declaration, Layers, layers::position_of};
use crate::{
    findings::Findings,
    manifest::Manifest,
    nearest,
    problem::{ReferenceProblem, ValueProblem},
    tree,
    unit::Unit,
};

/// One wrong value hides others of the same unit only beyond this number.
const MOST_PROBLEMS: usize = 32;

/// Finds settings that are no options of a unit in what tags, policies and `compute.defaults.unit` bring.
pub(super) fn check_trees(manifest: &Manifest, findings: &mut Findings) {
    let compute = &manifest.hypervisor.compute;
    let mut check = |who: String, path: &[&str], settings: &Map<String, Value>| {
        check_tree(manifest, &who, path, settings, findings);
    };
    for (name, tag) in &compute.tags {
        check(format!("the tag `{name}`"), &["compute", "tags", name, "values"], &tag.values);
    }
    for (name, policy) in &compute.policies {
        check(format!("the policy `{name}`"), &["compute", "policies", name, "defaults"], &policy.defaults);
    }
    check("`compute.defaults.unit`".to_owned(), &["compute", "defaults", "unit"], &compute.defaults.unit);
    for (name, settings) in &compute.units {
        check(format!("the unit `{name}`"), &["compute", "units", name], settings);
    }
    for (name, instance) in &manifest.hypervisor.composition.instances {
        let path = ["composition", "instances", name, "overrides"];
        let settings = tree::branch(&["resources"], Value::Object(instance.overrides.resources.clone()));
        check(format!("the instance `{name}`"), &path, &settings);
    }
}

fn check_tree(manifest: &Manifest, who: &str, prefix: &[&str], settings: &Map<String, Value>, findings: &mut Findings) {
    let mut unknown = Vec::new();
    find_unknown(settings, &manifest.hypervisor.compute.unit_defaults, &mut Vec::new(), &mut unknown);
    for (path, beside) in unknown {
        let name = path.last().expect("a path has a last segment");
        let whole: Vec<&str> = prefix.iter().chain(&path).copied().collect();
        let problem = ReferenceProblem::Option {
            who: who.to_owned(),
            name: path.join("."),
            cure: nearest::cure(name, beside.keys().map(String::as_str), "remove it"),
        };
        findings.problem(manifest.positions.of(&whole), problem);
    }
}

/// A path that is no option, and the options that are beside it.
type Unknown<'a> = (Vec<&'a str>, &'a Map<String, Value>);

fn find_unknown<'a>(
    settings: &'a Map<String, Value>,
    options: &'a Map<String, Value>,
    path: &mut Vec<&'a str>,
    unknown: &mut Vec<Unknown<'a>>,
) {
    for (key, value) in settings {
        path.push(key);
        match (options.get(key), value) {
            (None, _) => unknown.push((path.clone(), options)),
            // An empty set among the defaults has keys of the user's choosing.
            (Some(Value::Object(inner)), Value::Object(below)) if !inner.is_empty() => {
                find_unknown(below, inner, path, unknown);
            }
            _ => {}
        }
        path.pop();
    }
}

/// Reads the merged layers as a unit. Every wrong value becomes a problem; `None` where there was one.
pub(super) fn read(
    manifest: &Manifest,
    declaration: &Declaration<'_>,
    layers: &Layers,
    findings: &mut Findings,
) -> Option<Unit> {
    let mut settings = layers.merged();
    keep_options(&mut settings, &manifest.hypervisor.compute.unit_defaults);
    let mut settings = Value::Object(settings);
    let defaults = &manifest.hypervisor.compute.unit_defaults;
    for round in 0..MOST_PROBLEMS {
        let error = match serde_path_to_error::deserialize::<_, Unit>(&settings) {
            Ok(unit) => return (round == 0).then_some(unit),
            Err(error) => error,
        };
        let path: Vec<String> = error.path().iter().filter_map(segment).collect();
        report(manifest, declaration, layers, &path, error.inner(), findings);
        if !replace_by_default(&mut settings, defaults, &path) {
            return None;
        }
    }
    None
}

/// Drops what is no option: it has been reported where it was written.
fn keep_options(settings: &mut Map<String, Value>, options: &Map<String, Value>) {
    settings.retain(|key, _| options.contains_key(key));
    for (key, value) in settings.iter_mut() {
        if let (Value::Object(below), Some(Value::Object(inner))) = (value, options.get(key))
            && !inner.is_empty()
        {
            keep_options(below, inner);
        }
    }
}

fn segment(segment: &serde_path_to_error::Segment) -> Option<String> {
    use serde_path_to_error::Segment;
    match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(key.clone()),
        Segment::Enum { .. } | Segment::Unknown => None,
    }
}

fn report(
    manifest: &Manifest,
    declaration: &Declaration<'_>,
    layers: &Layers,
    path: &[String],
    error: &serde_json::Error,
    findings: &mut Findings,
) {
    let outside_lists = path.iter().position(|s| s.parse::<usize>().is_ok()).unwrap_or(path.len());
    let rest: Vec<&str> = path[outside_lists..].iter().map(String::as_str).collect();
    let origin = layers.origin(&path[..outside_lists], &rest, &manifest.positions);
    let at = origin.as_ref().and_then(position_of).or_else(|| manifest.positions.of(&declaration.path));
    let cure = match &origin {
        Some(Origin::Unit { .. }) | None => None,
        Some(other) => Some(format!("it comes from {}: change it there, or set it in the unit itself", name_of(other))),
    };
    let problem = ValueProblem::Wrong {
        who: declaration.who(),
        path: path.join("."),
        reason: reason(&error.to_string()).into_owned(),
        cure,
    };
    // What a tag or policy brings is wrong once, however many units have it.
    let shared = !matches!(origin, Some(Origin::Unit { .. }) | None);
    if !(shared && findings.has_like(at, &problem)) {
        findings.problem(at, problem);
    }
}

/// The decoder's words as ours.
fn reason(text: &str) -> Cow<'_, str> {
    let names: Vec<&str> = text.split('`').skip(1).step_by(2).collect();
    if text.starts_with("unknown field") {
        let (name, known) = names.split_first().expect("the message names the field");
        let cure = nearest::nearest(name, known.iter().copied())
            .map(|other| format!("; did you mean `{other}`?"))
            .unwrap_or_default();
        return format!("there is no option `{name}`{cure}").into();
    }
    if text.starts_with("unknown variant") {
        let (name, known) = names.split_first().expect("the message names the variant");
        return format!("`{name}` is none of {}", nearest::quoted(known)).into();
    }
    if let Some(rest) = text.strip_prefix("missing field ") {
        return format!("{rest} is missing").into();
    }
    if let Some((found, expected)) = text.strip_prefix("invalid type: ").and_then(|t| t.split_once(", expected ")) {
        return format!("it is {}, expected {}", word(found), word(expected)).into();
    }
    if let Some((found, expected)) = text.strip_prefix("invalid value: ").and_then(|t| t.split_once(", expected ")) {
        return format!("it is {}, expected {}", word(found), word(expected)).into();
    }
    Cow::Borrowed(text)
}

/// A type as the decoder calls it, in the options' words.
fn word(text: &str) -> Cow<'_, str> {
    match text {
        "u16" => "a port number (0 to 65535)".into(),
        "u32" | "u64" => "a whole number, not negative".into(),
        "i64" => "a whole number".into(),
        "f64" => "a number".into(),
        "a sequence" | "sequence" => "a list".into(),
        "a map" | "map" => "a set".into(),
        "a boolean" => "true or false".into(),
        "a string" => "text".into(),
        other => other.replace("string ", "the text ").replace("integer ", "the number ").into(),
    }
}

pub(super) fn name_of(origin: &Origin) -> String {
    match origin {
        Origin::Unit { .. } => "the unit itself".to_owned(),
        Origin::Tag { name, .. } => format!("the tag `{name}`"),
        Origin::Policy { name, .. } => format!("the policy `{name}`"),
        Origin::Component { name, blueprint, .. } => format!("the component `{name}` of the blueprint `{blueprint}`"),
        Origin::Defaults { .. } => "`compute.defaults.unit`".to_owned(),
        Origin::OptionDefault => "the option's default".to_owned(),
        Origin::Derived { what } => what.clone(),
    }
}

/// Puts the option's default in place of a wrong value, so that the next wrong one can be found. False where there
/// is no default to put.
fn replace_by_default(settings: &mut Value, defaults: &Map<String, Value>, path: &[String]) -> bool {
    for length in (1..=path.len()).rev() {
        let Some(default) = defaults.get(&path[0]).and_then(|value| tree::at(value, &path[1..length])) else {
            continue;
        };
        let slot = path[..length].iter().try_fold(&mut *settings, |value, segment| value.get_mut(segment));
        let Some(slot) = slot else { continue };
        if slot == default {
            return false;
        }
        *slot = default.clone();
        return true;
    }
    false
}
