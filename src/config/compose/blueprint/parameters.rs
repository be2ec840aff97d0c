//! A blueprint's parameters: given by an instance, or their defaults.

use std::ops::RangeBounds;

use model::Bytes;
use serde_json::{Map, Value};

use super::{Application, value_type::ValueType};
use crate::{
    compose::constraints::whole,
    findings::Findings,
    manifest::Parameter,
    nearest,
    problem::{BlueprintProblem, ReferenceProblem},
};

/// The value of every parameter; `None` where one has none or a wrong one.
pub(super) fn resolve(application: &Application<'_>, findings: &mut Findings) -> Option<Map<String, Value>> {
    let declared = &application.blueprint.parameters;
    let before = findings.problems.len();
    let given = application.instance.map(|instance| &instance.parameters);
    for name in given.into_iter().flat_map(|given| given.keys()).filter(|name| !declared.contains_key(*name)) {
        let problem = ReferenceProblem::Parameter {
            who: format!("the blueprint `{}`", application.name),
            name: name.clone(),
            cure: nearest::cure(name, declared.keys().map(String::as_str), "remove it"),
        };
        findings.problem(application.at_unit(&["parameters", name]), problem);
    }
    let mut values = Map::new();
    for (name, parameter) in declared {
        let value = given.and_then(|given| given.get(name)).unwrap_or(&parameter.default);
        match check(application, name, parameter, value) {
            Ok(()) => {
                values.insert(name.clone(), value.clone());
            }
            Err(problem) => {
                let at = match problem {
                    BlueprintProblem::Validation { .. } => application.at(&["parameters", name, "validation"]),
                    _ => application.at_unit(&["parameters", name]),
                };
                findings.problem(at, problem);
            }
        }
    }
    (findings.problems.len() == before).then_some(values)
}

fn check(
    application: &Application<'_>,
    name: &str,
    parameter: &Parameter,
    value: &Value,
) -> Result<(), BlueprintProblem> {
    if value.is_null() {
        let cure = match application.instance {
            Some(_) => format!("set `parameters.{name}` of the instance"),
            None => "a unit with the label `blueprint` sets no parameters: give the parameter a default, or make the \
                     unit with `composition.instances`"
                .to_owned(),
        };
        return Err(BlueprintProblem::MissingParameter {
            who: application.who.clone(),
            blueprint: application.name.to_owned(),
            parameter: name.to_owned(),
            cure,
        });
    }
    let kind = ValueType::parse(&parameter.kind);
    if !kind.admits(value) {
        return Err(BlueprintProblem::Type {
            what: format!("the parameter `{name}`"),
            who: application.who.clone(),
            found: value.to_string(),
            expected: kind.to_string(),
        });
    }
    let Some(validation) = &parameter.validation else { return Ok(()) };
    let nonsense = |reason: &str| BlueprintProblem::Validation {
        blueprint: application.name.to_owned(),
        parameter: name.to_owned(),
        reason: format!("`{validation}` {reason}"),
    };
    let (holds, expected) = if kind.is_ordered() {
        let (least, most) = range(validation).ok_or_else(|| nonsense("is no range"))?;
        let number = amount(value).ok_or_else(|| nonsense("bounds a value that has no size"))?;
        ((least, most).contains(&number), format!("a value in `{validation}`"))
    } else {
        let pattern = whole(validation).map_err(|_| nonsense("is no regular expression"))?;
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        (pattern.is_match(&text), format!("text that matches `{validation}`"))
    };
    if holds {
        return Ok(());
    }
    let (who, parameter) = (application.who.clone(), name.to_owned());
    Err(BlueprintProblem::Refused { who, parameter, found: value.to_string(), expected })
}

type Ends = (std::ops::Bound<f64>, std::ops::Bound<f64>);

/// Reads `LEAST..MOST`, both included, either of which may be missing.
fn range(text: &str) -> Option<Ends> {
    use std::ops::Bound;
    let (least, most) = text.split_once("..")?;
    let end = |text: &str| match text.trim() {
        "" => Some(Bound::Unbounded),
        text => amount(&Value::from(text)).map(Bound::Included),
    };
    Some((end(least)?, end(most)?))
}

/// A number, or a size in bytes.
#[expect(clippy::cast_precision_loss, reason = "bounds are compared, not counted")]
fn amount(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => {
            text.trim().parse::<f64>().ok().or_else(|| text.parse::<Bytes>().ok().map(|size| size.get() as f64))
        }
        _ => None,
    }
}
