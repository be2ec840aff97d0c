//! Which components take part in a blueprint.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{Application, template};
use crate::{
    findings::Findings,
    manifest::{Component, ComponentOverrides, Configuration},
    nearest,
    problem::{BlueprintProblem, ReferenceProblem, ValueProblem},
    tree,
};

/// A component that takes part.
pub(super) struct Member<'a> {
    /// Its name in the blueprint.
    pub(super) id: &'a str,
    /// The component's name.
    pub(super) component_name: &'a str,
    pub(super) component: &'a Component,
    /// Its place in the blueprint's list.
    pub(super) index: usize,
    /// What the blueprint or the instance gives it.
    pub(super) given: BTreeMap<&'a str, &'a Value>,
    overrides: Option<&'a ComponentOverrides>,
}

/// The components whose condition holds, in the blueprint's order.
pub(super) fn select<'a>(
    application: &Application<'a>,
    parameters: &Map<String, Value>,
    findings: &mut Findings,
) -> Option<Vec<Member<'a>>> {
    let before = findings.problems.len();
    check_overrides(application, findings);
    let mut seen: Vec<&str> = Vec::new();
    let mut members = Vec::new();
    for (index, member) in application.blueprint.components.iter().enumerate() {
        let id = member.alias.as_ref().unwrap_or(&member.component).as_str();
        let place = index.to_string();
        let at = application.at(&["components", &place]);
        if seen.contains(&id) {
            let (blueprint, member) = (application.name.to_owned(), id.to_owned());
            findings.problem(at, BlueprintProblem::Duplicate { blueprint, member });
            continue;
        }
        seen.push(id);
        let known = &application.manifest.hypervisor.composition.components;
        let Some((component_name, component)) = known.get_key_value(&member.component) else {
            let name = member.component.clone();
            let declare = format!("declare `hypervisor.composition.components.{name}`");
            let cure = nearest::cure(&name, known.keys().map(String::as_str), &declare);
            let who = format!("the blueprint `{}`", application.name);
            findings.problem(at, ReferenceProblem::Component { who, name, cure });
            continue;
        };
        let overrides = application.instance.and_then(|instance| instance.overrides.components.get(id));
        let overridden = overrides.into_iter().flat_map(|overrides| &overrides.inputs);
        let given: BTreeMap<&str, &Value> =
            member.inputs.iter().chain(overridden).map(|(name, value)| (name.as_str(), value)).collect();
        if holds(application, member.condition.as_deref(), id, parameters, &given, findings) {
            members.push(Member { id, component_name, component, index, given, overrides });
        }
    }
    (findings.problems.len() == before).then_some(members)
}

fn check_overrides(application: &Application<'_>, findings: &mut Findings) {
    let ids: Vec<&str> =
        application.blueprint.components.iter().map(|m| m.alias.as_ref().unwrap_or(&m.component).as_str()).collect();
    let overridden = application.instance.into_iter().flat_map(|instance| instance.overrides.components.keys());
    for name in overridden.filter(|name| !ids.contains(&name.as_str())) {
        let problem = ReferenceProblem::Member {
            who: format!("`overrides.components` of {}", application.who),
            name: name.clone(),
            cure: nearest::cure(name, ids.iter().copied(), "remove it"),
        };
        findings.problem(application.at_unit(&["overrides", "components", name]), problem);
    }
}

/// Whether a component takes part; a condition that is no boolean is a problem.
fn holds(
    application: &Application<'_>,
    condition: Option<&str>,
    id: &str,
    parameters: &Map<String, Value>,
    given: &BTreeMap<&str, &Value>,
    findings: &mut Findings,
) -> bool {
    let Some(expression) = condition else { return true };
    let inputs: Map<String, Value> = given.iter().map(|(name, value)| ((*name).to_owned(), (*value).clone())).collect();
    let scope = scope(parameters, &inputs);
    let reason = match application.expressions.evaluate(expression, &scope) {
        Ok(Value::Bool(holds)) => return holds,
        Ok(other) => format!("is {other}, expected true or false"),
        Err(reason) => format!("does not evaluate: {reason}"),
    };
    let problem = BlueprintProblem::Expression {
        blueprint: application.name.to_owned(),
        what: format!("the condition of the component `{id}`"),
        expression: expression.to_owned(),
        reason,
    };
    let index = application.blueprint.components.iter().position(|m| m.condition.as_deref() == condition);
    let place = index.unwrap_or_default().to_string();
    findings.problem(application.at(&["components", &place, "condition"]), problem);
    false
}

/// What `{{ … }}`, conditions and rules see.
pub(super) fn scope(parameters: &Map<String, Value>, inputs: &Map<String, Value>) -> Map<String, Value> {
    Map::from_iter([
        ("parameters".to_owned(), Value::Object(parameters.clone())),
        ("inputs".to_owned(), Value::Object(inputs.clone())),
    ])
}

impl Member<'_> {
    /// The component, for messages.
    pub(super) fn who(&self) -> String {
        format!("the component `{}`", self.id)
    }

    /// What it configures, with the instance's overrides merged in and `{{ … }}` filled in.
    pub(super) fn configuration(
        &self,
        application: &Application<'_>,
        scope: &Map<String, Value>,
        findings: &mut Findings,
    ) -> Option<Configuration> {
        let written = serde_json::to_value(&self.component.configuration)
            .expect("a configuration has string keys only, so it always serialises");
        let Value::Object(mut settings) = written else { unreachable!("a struct serialises as an object") };
        if let Some(overrides) = self.overrides {
            tree::merge(&mut settings, &overrides.configuration);
        }
        let filled = match template::fill_value(&Value::Object(settings), scope) {
            Ok(filled) => filled,
            Err(missing) => {
                self.no_value(application, &missing.0, scope, findings);
                return None;
            }
        };
        match serde_path_to_error::deserialize(filled) {
            Ok(configuration) => Some(configuration),
            Err(error) => {
                let problem = ValueProblem::Wrong {
                    who: format!("the component `{}` as {} has it", self.component_name, application.who),
                    path: format!("configuration.{}", error.path()),
                    reason: error.inner().to_string(),
                    cure: Some("the component, a `{{ … }}` in it, or `overrides` of the instance gives it".to_owned()),
                };
                findings.problem(application.at_unit(&["overrides", "components", self.id]), problem);
                None
            }
        }
    }

    /// Reports a name in `{{ … }}` that has no value.
    pub(super) fn no_value(
        &self,
        application: &Application<'_>,
        name: &str,
        scope: &Map<String, Value>,
        findings: &mut Findings,
    ) {
        let known: Vec<String> = scope
            .iter()
            .filter_map(|(group, values)| Some((group, values.as_object()?)))
            .flat_map(|(group, values)| values.keys().map(move |key| format!("{group}.{key}")))
            .collect();
        let problem = ReferenceProblem::Text {
            who: self.who(),
            name: name.to_owned(),
            cure: nearest::cure(name, known.iter().map(String::as_str), "declare it, and give it a value"),
        };
        let at = application.manifest.positions.of(&["composition", "components", self.component_name]);
        findings.problem(at, problem);
    }
}
