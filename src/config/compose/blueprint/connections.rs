//! Connections: an output of one component goes to an input of another.

use serde_json::Value;

use super::{Application, members::Member, value_type::ValueType};
use crate::{
    findings::Findings,
    manifest::Connection,
    nearest,
    problem::{BlueprintProblem, Problem, ReferenceProblem},
};

/// What a connection can do to a value on its way.
const TRANSFORMS: &str = "`toString`, `toInt`, `toJSON`, `fromJSON`, `toUpper`, `toLower`";

/// A connection between two members, by their place in the list.
pub(super) struct Link<'a> {
    pub(super) from: usize,
    pub(super) output: &'a str,
    pub(super) to: usize,
    pub(super) input: &'a str,
    transform: Option<Transform>,
    connection: &'a Connection,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Transform {
    ToText,
    ToInt,
    ToJson,
    FromJson,
    Upper,
    Lower,
}

/// The connections between members that take part; one whose end is left out by its condition is left out too.
pub(super) fn resolve<'a>(
    application: &Application<'a>,
    members: &[Member<'a>],
    findings: &mut Findings,
) -> Option<Vec<Link<'a>>> {
    let before = findings.problems.len();
    let mut links: Vec<Link<'a>> = Vec::new();
    for (index, connection) in application.blueprint.connections.iter().enumerate() {
        let place = index.to_string();
        let at = application.at(&["connections", &place]);
        match link(application, members, connection) {
            Ok(None) => {}
            Ok(Some(link)) => {
                let given = members[link.to].given.contains_key(link.input).then_some("`inputs` of the component");
                let connected = links.iter().any(|other| other.to == link.to && other.input == link.input);
                if let Some(way) = given.or(connected.then_some("another connection")) {
                    let ways = format!("{way}, the connection from `{}`", connection.from);
                    let (blueprint, to) = (application.name.to_owned(), connection.to.clone());
                    findings.problem(at, BlueprintProblem::Twice { blueprint, to, ways });
                }
                links.push(link);
            }
            Err(problem) => findings.problem(at, *problem),
        }
    }
    (findings.problems.len() == before).then_some(links)
}

fn link<'a>(
    application: &Application<'a>,
    members: &[Member<'a>],
    connection: &'a Connection,
) -> Result<Option<Link<'a>>, Box<Problem>> {
    let Some((from, output)) = end(application, members, &connection.from)? else { return Ok(None) };
    let Some((to, input)) = end(application, members, &connection.to)? else { return Ok(None) };
    let outputs = &members[from].component.interface.outputs;
    let Some(given) = outputs.get(output) else {
        let cure = nearest::cure(output, outputs.keys().map(String::as_str), "declare it under `interface.outputs`");
        return Err(refused(ReferenceProblem::Output { who: members[from].who(), name: output.to_owned(), cure }));
    };
    let inputs = &members[to].component.interface.inputs;
    let Some(taken) = inputs.get(input) else {
        let cure = nearest::cure(input, inputs.keys().map(String::as_str), "declare it under `interface.inputs`");
        return Err(refused(ReferenceProblem::Input { who: members[to].who(), name: input.to_owned(), cure }));
    };
    let transform =
        connection.transform.as_deref().map(|text| Transform::parse(text, connection)).transpose().map_err(refused)?;
    let (from_type, to_type) = (ValueType::parse(&given.kind), ValueType::parse(&taken.kind));
    let becomes = transform.map_or(from_type, Transform::gives);
    if !becomes.goes_to(&to_type) {
        return Err(refused(BlueprintProblem::Types {
            from: connection.from.clone(),
            from_type: transform.map_or_else(|| given.kind.clone(), |_| becomes.to_string()),
            to: connection.to.clone(),
            to_type: taken.kind.clone(),
            transforms: TRANSFORMS,
        }));
    }
    Ok(Some(Link { from, output, to, input, transform, connection }))
}

/// The member and port of one end; `None` where the member does not take part.
fn end<'a>(
    application: &Application<'a>,
    members: &[Member<'a>],
    text: &'a str,
) -> Result<Option<(usize, &'a str)>, Box<Problem>> {
    let Some((id, port)) = text.rsplit_once('.') else {
        let (blueprint, end) = (application.name.to_owned(), text.to_owned());
        return Err(refused(BlueprintProblem::End { blueprint, end }));
    };
    if let Some(place) = members.iter().position(|member| member.id == id) {
        return Ok(Some((place, port)));
    }
    let all: Vec<&str> =
        application.blueprint.components.iter().map(|m| m.alias.as_ref().unwrap_or(&m.component).as_str()).collect();
    if all.contains(&id) {
        return Ok(None);
    }
    let who = format!("the connection `{text}` of the blueprint `{}`", application.name);
    let cure = nearest::cure(id, all.iter().copied(), "add it under `components`");
    Err(refused(ReferenceProblem::Member { who, name: id.to_owned(), cure }))
}

fn refused(problem: impl Into<Problem>) -> Box<Problem> {
    Box::new(problem.into())
}

impl Link<'_> {
    /// What arrives at the input.
    pub(super) fn carry(&self, value: &Value) -> Result<Value, BlueprintProblem> {
        let Some(transform) = self.transform else { return Ok(value.clone()) };
        transform.apply(value).ok_or_else(|| BlueprintProblem::TransformFailed {
            from: self.connection.from.clone(),
            to: self.connection.to.clone(),
            transform: self.connection.transform.clone().unwrap_or_default(),
            value: value.to_string(),
        })
    }
}

impl Transform {
    fn parse(text: &str, connection: &Connection) -> Result<Self, BlueprintProblem> {
        Ok(match text.trim() {
            "toString" => Self::ToText,
            "toInt" => Self::ToInt,
            "toJSON" => Self::ToJson,
            "fromJSON" => Self::FromJson,
            "toUpper" => Self::Upper,
            "toLower" => Self::Lower,
            other => {
                return Err(BlueprintProblem::Transform {
                    from: connection.from.clone(),
                    to: connection.to.clone(),
                    transform: other.to_owned(),
                    transforms: TRANSFORMS,
                });
            }
        })
    }

    fn gives(self) -> ValueType {
        match self {
            Self::ToText | Self::ToJson | Self::Upper | Self::Lower => ValueType::Text,
            Self::ToInt => ValueType::Int,
            Self::FromJson => ValueType::Any,
        }
    }

    fn apply(self, value: &Value) -> Option<Value> {
        match self {
            Self::ToText => Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned).into()),
            Self::ToInt => match value {
                Value::Number(number) => number.as_i64().map(Value::from),
                Value::String(text) => text.trim().parse::<i64>().ok().map(Value::from),
                _ => None,
            },
            Self::ToJson => Some(value.to_string().into()),
            Self::FromJson => serde_json::from_str(value.as_str()?).ok(),
            Self::Upper => Some(value.as_str()?.to_uppercase().into()),
            Self::Lower => Some(value.as_str()?.to_lowercase().into()),
        }
    }
}
