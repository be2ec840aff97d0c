//! What every component takes and gives.

use serde_json::{Map, Value};

use super::{
    Application,
    connections::Link,
    members::{Member, scope},
    template,
    value_type::ValueType,
};
use crate::{
    findings::Findings,
    nearest,
    problem::{BlueprintProblem, ReferenceProblem},
};

/// Inputs and outputs of every member, by its place.
#[derive(Default)]
pub(super) struct Values {
    pub(super) inputs: Vec<Map<String, Value>>,
    pub(super) outputs: Vec<Map<String, Value>>,
}

/// Works out inputs and outputs, in order; `None` where a contract is broken.
pub(super) fn resolve(
    application: &Application<'_>,
    parameters: &Map<String, Value>,
    members: &[Member<'_>],
    links: &[Link<'_>],
    order: &[usize],
    findings: &mut Findings,
) -> Option<Values> {
    let before = findings.problems.len();
    let mut values = Values { inputs: vec![Map::new(); members.len()], outputs: vec![Map::new(); members.len()] };
    for &place in order {
        let member = &members[place];
        values.inputs[place] = inputs(application, parameters, member, place, links, &values, findings);
        let scope = values.scope(place, parameters);
        for (name, output) in &member.component.interface.outputs {
            match template::fill(&output.value, &scope) {
                Ok(text) => {
                    let kind = ValueType::parse(&output.kind);
                    let value = kind.read(text);
                    if !kind.admits(&value) {
                        wrong_type(application, member, &format!("the output `{name}`"), &value, &kind, findings);
                    }
                    values.outputs[place].insert(name.clone(), value);
                }
                Err(missing) => member.no_value(application, &missing.0, &scope, findings),
            }
        }
    }
    (findings.problems.len() == before).then_some(values)
}

fn inputs(
    application: &Application<'_>,
    parameters: &Map<String, Value>,
    member: &Member<'_>,
    place: usize,
    links: &[Link<'_>],
    values: &Values,
    findings: &mut Findings,
) -> Map<String, Value> {
    let declared = &member.component.interface.inputs;
    let index = member.index.to_string();
    for name in member.given.keys().filter(|name| !declared.contains_key(**name)) {
        let declare = format!("declare it under `components.{}.interface.inputs`", member.component_name);
        let cure = nearest::cure(name, declared.keys().map(String::as_str), &declare);
        let problem = ReferenceProblem::Input { who: member.who(), name: (*name).to_owned(), cure };
        application.doubt(application.at(&["components", &index, "inputs", name]), problem, findings);
    }
    let mut found = Map::new();
    for (name, input) in declared {
        let given = member.given.get(name.as_str()).map(|value| {
            let scope = scope(parameters, &Map::new());
            template::fill_value(value, &scope).map_err(|missing| (missing, scope))
        });
        let connected = links.iter().find(|link| link.to == place && link.input == name);
        let value = match (given, connected) {
            (Some(Ok(value)), _) => value,
            (Some(Err((missing, scope))), _) => {
                member.no_value(application, &missing.0, &scope, findings);
                continue;
            }
            (None, Some(link)) => match link.carry(&values.outputs[link.from][link.output]) {
                Ok(value) => value,
                Err(problem) => {
                    findings.problem(application.at(&["connections"]), problem);
                    continue;
                }
            },
            (None, None) => input.default.clone(),
        };
        let kind = ValueType::parse(&input.kind);
        if value.is_null() {
            if input.required {
                let (who, member, input) =
                    (format!("the blueprint `{}`", application.name), member.id.to_owned(), name.clone());
                let problem = BlueprintProblem::MissingInput { who, member, input };
                findings.problem(application.at(&["components", &index]), problem);
            }
        } else if !kind.admits(&value) {
            wrong_type(application, member, &format!("the input `{name}`"), &value, &kind, findings);
        }
        found.insert(name.clone(), value);
    }
    found
}

fn wrong_type(
    application: &Application<'_>,
    member: &Member<'_>,
    what: &str,
    value: &Value,
    kind: &ValueType,
    findings: &mut Findings,
) {
    let problem = BlueprintProblem::Type {
        what: what.to_owned(),
        who: format!("{} in the blueprint `{}`", member.who(), application.name),
        found: value.to_string(),
        expected: kind.to_string(),
    };
    let index = member.index.to_string();
    application.doubt(application.at(&["components", &index, "inputs"]), problem, findings);
}

impl Values {
    /// What the strings of a member see.
    pub(super) fn scope(&self, member: usize, parameters: &Map<String, Value>) -> Map<String, Value> {
        scope(parameters, &self.inputs[member])
    }
}
