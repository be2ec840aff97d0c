//! A blueprint's validation rules.

use serde_json::{Map, Value};

use super::{Application, members::Member, values::Values};
use crate::{findings::Findings, problem::BlueprintProblem};

/// Checks every rule. It sees `parameters`, and `inputs` and `outputs` by component.
pub(super) fn check(
    application: &Application<'_>,
    parameters: &Map<String, Value>,
    members: &[Member<'_>],
    values: &Values,
    findings: &mut Findings,
) {
    if application.blueprint.validation.rules.is_empty() {
        return;
    }
    let by_member = |all: &[Map<String, Value>]| -> Value {
        let named =
            members.iter().zip(all).map(|(member, values)| (member.id.to_owned(), Value::Object(values.clone())));
        Value::Object(named.collect())
    };
    let scope = Map::from_iter([
        ("parameters".to_owned(), Value::Object(parameters.clone())),
        ("inputs".to_owned(), by_member(&values.inputs)),
        ("outputs".to_owned(), by_member(&values.outputs)),
    ]);
    for (index, rule) in application.blueprint.validation.rules.iter().enumerate() {
        let place = index.to_string();
        let at = application.at(&["validation", "rules", &place]);
        let reason = match application.expressions.evaluate(&rule.expression, &scope) {
            Ok(Value::Bool(true)) => continue,
            Ok(Value::Bool(false)) => {
                let problem = BlueprintProblem::Rule {
                    who: application.who.clone(),
                    blueprint: application.name.to_owned(),
                    rule: rule.name.clone(),
                    message: rule.message.clone(),
                    expression: rule.expression.clone(),
                };
                findings.problem(at, problem);
                continue;
            }
            Ok(other) => format!("is {other}, expected true or false"),
            Err(reason) => format!("does not evaluate: {reason}"),
        };
        let problem = BlueprintProblem::Expression {
            blueprint: application.name.to_owned(),
            what: format!("the rule `{}`", rule.name),
            expression: rule.expression.clone(),
            reason,
        };
        findings.problem(at, problem);
    }
}
