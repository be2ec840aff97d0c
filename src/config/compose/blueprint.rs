//! Blueprints: what the components of a unit configure in its guest, and what they do to its resources.
//!
//! ```text
//!   parameters → members (conditions) → connections → order → inputs and outputs → rules → contributions
//! ```

mod compatibility;
mod connections;
mod guest;
mod members;
mod order;
mod parameters;
mod rules;
mod template;
mod value_type;
mod values;

use model::SourcePos;
use serde_json::{Map, Value};

pub use guest::{Guest, Traced};

use super::{Declaration, Layers};
use crate::{
    findings::Findings,
    manifest::{Blueprint, Instance, Manifest},
    nearest,
    problem::{Problem, ReferenceProblem},
    tree,
};

/// Evaluates the conditions and rules of blueprints.
pub trait Expressions {
    /// Evaluates a Nix expression in which the keys of `scope` are variables.
    ///
    /// # Errors
    /// When it does not parse or evaluate; the text says why.
    fn evaluate(&self, expression: &str, scope: &Map<String, Value>) -> Result<Value, String>;
}

/// A blueprint and the unit it is applied to.
struct Application<'a> {
    manifest: &'a Manifest,
    expressions: &'a dyn Expressions,
    blueprint: &'a Blueprint,
    /// The blueprint's name.
    name: &'a str,
    /// The unit, for messages.
    who: String,
    /// The path of the unit's declaration.
    path: Vec<String>,
    instance: Option<&'a Instance>,
    architecture: String,
}

/// Applies the unit's blueprint, if it has one: gives what reaches the guest, and puts what changes the unit's
/// resources above its layers.
pub(super) fn apply(
    manifest: &Manifest,
    expressions: &dyn Expressions,
    declaration: &Declaration<'_>,
    layers: &mut Layers,
    findings: &mut Findings,
) -> Option<Guest> {
    let Some(name) = layers.winner(&["labels", "blueprint"]).and_then(Value::as_str).map(str::to_owned) else {
        return Some(Guest::default());
    };
    let known = &manifest.hypervisor.composition.blueprints;
    let Some((name, blueprint)) = known.get_key_value(&name) else {
        let declare = format!("declare `hypervisor.composition.blueprints.{name}`");
        let cure = nearest::cure(&name, known.keys().map(String::as_str), &declare);
        let at = manifest.positions.of(&declaration.path_of(match declaration.instance {
            Some(_) => &["blueprint"],
            None => &["labels", "blueprint"],
        }));
        findings.problem(at, ReferenceProblem::Blueprint { who: declaration.who(), name, cure });
        return None;
    };
    let architecture = layers.winner(&["resources", "compute", "architecture"]).and_then(Value::as_str);
    let application = Application {
        manifest,
        expressions,
        blueprint,
        name,
        who: declaration.who(),
        path: declaration.path.clone(),
        instance: declaration.instance,
        architecture: architecture.unwrap_or_default().to_owned(),
    };
    application.contributions(layers, findings)
}

impl<'a> Application<'a> {
    fn contributions(&self, layers: &mut Layers, findings: &mut Findings) -> Option<Guest> {
        let parameters = parameters::resolve(self, findings)?;
        let members = members::select(self, &parameters, findings)?;
        compatibility::check(self, &members, findings);
        let links = connections::resolve(self, &members, findings)?;
        let order = order::sort(self, &members, &links, findings)?;
        let values = values::resolve(self, &parameters, &members, &links, &order, findings)?;
        rules::check(self, &parameters, &members, &values, findings);
        let mut guest = Guest { blueprint: Some(self.name.to_owned()), ..Guest::default() };
        for member in order {
            let scope = values.scope(member, &parameters);
            if let Some(configuration) = members[member].configuration(self, &scope, findings) {
                guest.add(self, &members[member], &configuration);
                guest::change_resources(self, &members[member], &configuration, layers);
            }
        }
        Some(guest)
    }

    /// Records what is doubtful: a problem, or a note where `composition.settings.validation.strict` is off.
    fn doubt(&self, at: Option<&SourcePos>, problem: impl Into<Problem>, findings: &mut Findings) {
        let settings = &self.manifest.hypervisor.composition.settings;
        if tree::lookup(settings, &["validation", "strict"]) == Some(&Value::Bool(false)) {
            findings.note(None, at, problem.into().to_string());
        } else {
            findings.problem(at, problem);
        }
    }

    /// Where something of the blueprint was written.
    fn at(&self, path: &[&str]) -> Option<&'a SourcePos> {
        let whole: Vec<&str> =
            ["composition", "blueprints", self.name].into_iter().chain(path.iter().copied()).collect();
        self.manifest.positions.of(&whole)
    }

    /// Where something of the unit was written.
    fn at_unit(&self, path: &[&str]) -> Option<&'a SourcePos> {
        let whole: Vec<&str> = self.path.iter().map(String::as_str).chain(path.iter().copied()).collect();
        self.manifest.positions.of(&whole)
    }
}
