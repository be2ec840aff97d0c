//! Policies' constraints, checked on the resolved unit.

use std::cmp::Ordering;

use model::{Bytes, Origin, Span};
use regex::Regex;
use serde_json::{Map, Value};

use super::{Declaration, Layers, layers::position_of, reading::name_of};
use crate::{findings::Findings, manifest::Manifest, nearest, problem::ValueProblem, tree};

/// What a constraint demands of a value.
enum Demand {
    Equal(Value),
    AtLeast(Value),
    AtMost(Value),
    OneOf(Vec<Value>),
    Matches(Regex),
    Present,
}

/// A constraint that makes no sense, and why.
struct Nonsense(String);

/// Who constrains a unit.
struct Constrainer<'a> {
    /// For messages.
    who: String,
    constraints: &'a Map<String, Value>,
    /// Where the constraints are written.
    path: [&'a str; 4],
}

/// Checks the constraints of the unit's policies and of its blueprint.
pub(super) fn check(
    manifest: &Manifest,
    declaration: &Declaration<'_>,
    policies: &[String],
    layers: &Layers,
    findings: &mut Findings,
) {
    let compute = &manifest.hypervisor.compute;
    let policies = policies.iter().map(|name| Constrainer {
        who: format!("the policy `{name}`"),
        constraints: &compute.policies[name].constraints,
        path: ["compute", "policies", name, "constraints"],
    });
    let blueprint = layers.winner(&["labels", "blueprint"]).and_then(Value::as_str);
    let blueprint = blueprint.and_then(|name| manifest.hypervisor.composition.blueprints.get_key_value(name));
    let blueprint = blueprint.map(|(name, blueprint)| Constrainer {
        who: format!("the blueprint `{name}`"),
        constraints: &blueprint.layout.constraints,
        path: ["composition", "blueprints", name, "layout"],
    });
    let all: Vec<_> = policies.chain(blueprint).filter(|by| !by.constraints.is_empty()).collect();
    if all.is_empty() {
        return;
    }
    let merged = layers.merged();
    for by in &all {
        each_demand(by.constraints, &mut Vec::new(), &mut |path, demand| {
            let value = tree::lookup(&merged, path).unwrap_or(&Value::Null);
            let refused = demand.and_then(|demand| violation(&demand, value));
            match refused {
                Ok(None) => {}
                Ok(Some(rule)) => {
                    let origin = layers.origin(path, &[], &manifest.positions);
                    let at = origin.as_ref().and_then(position_of).or_else(|| manifest.positions.of(&declaration.path));
                    findings.problem(at, refusal(by, declaration, path, value, rule, origin.as_ref()));
                }
                Err(Nonsense(reason)) => {
                    let whole: Vec<&str> = by.path.into_iter().chain(path.iter().map(String::as_str)).collect();
                    let problem = ValueProblem::BadConstraint { by: by.who.clone(), path: path.join("."), reason };
                    findings.problem(manifest.positions.of(&whole), problem);
                }
            }
        });
    }
}

fn refusal(
    by: &Constrainer<'_>,
    declaration: &Declaration<'_>,
    path: &[String],
    value: &Value,
    rule: String,
    origin: Option<&Origin>,
) -> ValueProblem {
    let from = match origin {
        Some(Origin::Unit { .. }) | None => String::new(),
        Some(other) => format!("the value comes from {}; ", name_of(other)),
    };
    ValueProblem::Constraint {
        by: by.who.clone(),
        who: declaration.who(),
        path: path.join("."),
        value: value.to_string(),
        rule,
        cure: format!("{from}change it, or take {} off", by.who),
    }
}

/// Takes the path of a constraint and what it demands.
type Visit<'a> = dyn FnMut(&[String], Result<Demand, Nonsense>) + 'a;

fn each_demand(constraints: &Map<String, Value>, path: &mut Vec<String>, visit: &mut Visit<'_>) {
    for (key, value) in constraints {
        path.push(key.clone());
        match value {
            Value::Object(rule) if is_rule(rule) => {
                for (word, operand) in rule {
                    if let Some(demand) = Demand::new(word, operand).transpose() {
                        visit(path, demand);
                    }
                }
            }
            Value::Object(inner) => each_demand(inner, path, visit),
            other => visit(path, Ok(Demand::Equal(other.clone()))),
        }
        path.pop();
    }
}

fn is_rule(set: &Map<String, Value>) -> bool {
    !set.is_empty() && set.keys().all(|key| matches!(key.as_str(), "min" | "max" | "oneOf" | "pattern" | "required"))
}

impl Demand {
    /// Reads one word of a rule; `None` for `required = false`.
    fn new(word: &str, operand: &Value) -> Result<Option<Self>, Nonsense> {
        let wants = |what: &str| Nonsense(format!("`{word}` is {operand}, expected {what}"));
        Ok(Some(match word {
            "min" => Self::AtLeast(operand.clone()),
            "max" => Self::AtMost(operand.clone()),
            "oneOf" => Self::OneOf(operand.as_array().ok_or_else(|| wants("a list"))?.clone()),
            "pattern" => {
                let pattern = operand.as_str().ok_or_else(|| wants("a regular expression"))?;
                Self::Matches(whole(pattern).map_err(|_| wants("a regular expression"))?)
            }
            _ => match operand.as_bool().ok_or_else(|| wants("true or false"))? {
                true => Self::Present,
                false => return Ok(None),
            },
        }))
    }
}

/// What the value would have to be, where it is not.
fn violation(demand: &Demand, value: &Value) -> Result<Option<String>, Nonsense> {
    let ordered = |bound: &Value| {
        compare(value, bound).ok_or_else(|| Nonsense(format!("{value} and {bound} cannot be compared")))
    };
    let (holds, rule) = match demand {
        Demand::Equal(wanted) => (same(value, wanted), format!("be {wanted}")),
        Demand::AtLeast(bound) => (ordered(bound)? != Ordering::Less, format!("be at least {bound}")),
        Demand::AtMost(bound) => (ordered(bound)? != Ordering::Greater, format!("be at most {bound}")),
        Demand::OneOf(allowed) => {
            let names: Vec<String> = allowed.iter().map(Value::to_string).collect();
            (allowed.iter().any(|one| same(value, one)), format!("be one of {}", nearest::quoted(&names)))
        }
        Demand::Matches(pattern) => {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let written = pattern.as_str().trim_start_matches("^(?:").trim_end_matches(")$");
            (pattern.is_match(&text), format!("match `{written}`"))
        }
        Demand::Present => (!is_empty(value), "be set".to_owned()),
    };
    Ok((!holds).then_some(rule))
}

/// A regular expression over the whole of a text.
pub(super) fn whole(pattern: &str) -> Result<Regex, regex::Error> {
    Regex::new(&format!("^(?:{pattern})$"))
}

fn same(a: &Value, b: &Value) -> bool {
    a == b || compare(a, b) == Some(Ordering::Equal)
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(set) => set.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Compares numbers, sizes and lengths of time; `None` for anything else.
fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    if let (Some(a), Some(b)) = (a.as_f64(), b.as_f64()) {
        return a.partial_cmp(&b);
    }
    let size = |value: &Value| match value {
        Value::String(text) => text.parse::<Bytes>().ok(),
        Value::Number(n) => n.as_u64().map(Bytes::new),
        _ => None,
    };
    if let (Some(a), Some(b)) = (size(a), size(b)) {
        return Some(a.cmp(&b));
    }
    let span = |value: &Value| value.as_str()?.parse::<Span>().ok();
    Some(span(a)?.cmp(&span(b)?))
}
