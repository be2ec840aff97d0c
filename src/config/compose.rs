//! From the manifest to units with nothing left to compose. Pure.
//!
//! ```text
//!   component changes          highest
//!   compute.defaults.resourceMultiplier, where the unit itself is silent
//!   the unit itself
//!   tags, by priority
//!   policies, last first
//!   compute.defaults.unit
//!   option defaults            lowest
//! ```
//!
//! A unit's settings are layers, kept as they were written. Merging them from the lowest up gives the unit; asking
//! each of them for a path, from the highest down, gives where a value came from and what it overrode.

pub(crate) mod blueprint;
mod constraints;
mod explain;
mod layers;
mod reading;
mod size;
mod tags;

use std::collections::BTreeMap;

use model::{Note, SourcePos};
use serde_json::{Map, Value, json};

pub use blueprint::{Expressions, Guest, Traced};
pub use explain::{Candidate, ExplainError, Explanation, FieldExplanation};
use layers::Shared;
pub(crate) use layers::{Layer, LayerSource, Layers, position_of};

use crate::{
    findings::Findings,
    manifest::{Instance, Manifest},
    nearest,
    problem::{PlaceProblem, ReferenceProblem},
    unit::Unit,
};

/// Every unit, resolved.
#[derive(Clone, Debug, Default)]
pub struct Composition {
    /// Units by name.
    pub units: BTreeMap<String, ResolvedUnit>,
    /// What the owner should know though nothing is wrong.
    pub notes: Vec<Note>,
}

/// A unit with nothing left to compose.
#[derive(Clone, Debug)]
pub struct ResolvedUnit {
    /// Its name.
    pub name: String,
    /// Its settings.
    pub unit: Unit,
    /// What the components of its blueprint configure in the guest.
    pub guest: Guest,
    /// Every tag it has: its own, its policies', the default ones; each once.
    pub tags: Vec<String>,
    /// Where it was declared.
    pub declared_at: Option<SourcePos>,
    pub(crate) layers: Layers,
}

/// Resolves every unit and instance of a manifest. What goes wrong is in `findings`, and a unit it goes wrong with
/// may be missing from the result.
pub(crate) fn compose(manifest: &Manifest, expressions: &dyn Expressions, findings: &mut Findings) -> Composition {
    reading::check_trees(manifest, findings);
    let shared = Shared::new(manifest);
    let mut units = BTreeMap::new();
    for declaration in declarations(manifest, findings) {
        if let Some(unit) = resolve(manifest, &shared, expressions, &declaration, findings) {
            units.insert(declaration.name.to_owned(), unit);
        }
    }
    tags::note_markers(manifest, &units, findings);
    Composition { units, notes: std::mem::take(&mut findings.notes) }
}

/// A unit as it is declared: under `compute.units` or as an instance.
struct Declaration<'a> {
    name: &'a str,
    settings: Map<String, Value>,
    /// The path of its declaration.
    path: Vec<String>,
    instance: Option<&'a Instance>,
}

impl Declaration<'_> {
    fn who(&self) -> String {
        match self.instance {
            Some(_) => format!("the instance `{}`", self.name),
            None => format!("the unit `{}`", self.name),
        }
    }

    /// The path that the positions of its settings are below.
    fn path_of_settings(&self) -> Vec<String> {
        let overrides = self.instance.map(|_| "overrides".to_owned());
        self.path.iter().cloned().chain(overrides).collect()
    }

    /// The path to one of its own options, for its position.
    fn path_of(&self, path: &[&str]) -> Vec<String> {
        self.path.iter().cloned().chain(path.iter().map(|s| (*s).to_owned())).collect()
    }
}

fn declarations<'a>(manifest: &'a Manifest, findings: &mut Findings) -> Vec<Declaration<'a>> {
    let options = &manifest.hypervisor;
    let own = |name: &str| vec!["compute".to_owned(), "units".to_owned(), name.to_owned()];
    let mut all: Vec<_> = options
        .compute
        .units
        .iter()
        .map(|(name, settings)| Declaration { name, settings: settings.clone(), path: own(name), instance: None })
        .collect();
    for (name, instance) in &options.composition.instances {
        let path = vec!["composition".to_owned(), "instances".to_owned(), name.clone()];
        if options.compute.units.contains_key(name) {
            let problem = PlaceProblem::Name {
                kind: "unit".to_owned(),
                name: name.clone(),
                first: format!("`compute.units.{name}`"),
                second: format!("`composition.instances.{name}`"),
                cure: format!(
                    "rename one of them, or apply the blueprint with `compute.units.{name}.labels.blueprint`"
                ),
            };
            findings.problem(manifest.positions.of(&path), problem);
            continue;
        }
        if instance.placement.node.is_some() || !instance.placement.tags.is_empty() {
            let text = "`placement` of instances has no effect on a single host";
            findings.note(None, manifest.positions.of(&path), text);
        }
        let settings = Map::from_iter([
            ("resources".to_owned(), Value::Object(instance.overrides.resources.clone())),
            ("labels".to_owned(), json!({ "blueprint": instance.blueprint })),
        ]);
        all.push(Declaration { name, settings, path, instance: Some(instance) });
    }
    all
}

fn resolve(
    manifest: &Manifest,
    shared: &Shared,
    expressions: &dyn Expressions,
    declaration: &Declaration<'_>,
    findings: &mut Findings,
) -> Option<ResolvedUnit> {
    let policies = policies_of(manifest, declaration, findings);
    let tags = tags::tags_of(manifest, declaration, &policies, findings);
    let mut layers = shared.of(declaration, &policies, &tags);
    multiply(manifest, &mut layers);
    let guest = blueprint::apply(manifest, expressions, declaration, &mut layers, findings)?;
    let unit = reading::read(manifest, declaration, &layers, findings)?;
    constraints::check(manifest, declaration, &policies, &layers, findings);
    let declared_at = manifest.positions.of(&declaration.path).cloned();
    Some(ResolvedUnit { name: declaration.name.to_owned(), unit, guest, tags, declared_at, layers })
}

/// The unit's policies that exist, in its order.
fn policies_of(manifest: &Manifest, declaration: &Declaration<'_>, findings: &mut Findings) -> Vec<String> {
    let known = &manifest.hypervisor.compute.policies;
    let mut found = Vec::new();
    for name in words(manifest, declaration, "policies") {
        if known.contains_key(&name) {
            if !found.contains(&name) {
                found.push(name);
            }
            continue;
        }
        let declare = format!("declare `hypervisor.compute.policies.{name}`");
        let problem = ReferenceProblem::Policy {
            who: declaration.who(),
            cure: nearest::cure(&name, known.keys().map(String::as_str), &declare),
            name,
        };
        findings.problem(manifest.positions.of(&declaration.path_of(&["policies"])), problem);
    }
    found
}

/// A list of words that the unit sets, or else `compute.defaults.unit`: `tags` or `policies`.
fn words(manifest: &Manifest, declaration: &Declaration<'_>, option: &str) -> Vec<String> {
    let own = declaration.settings.get(option);
    let list = own.or_else(|| manifest.hypervisor.compute.defaults.unit.get(option)).and_then(Value::as_array);
    list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Scales CPU and memory by `compute.defaults.resourceMultiplier`, where the unit does not set them itself.
fn multiply(manifest: &Manifest, layers: &mut Layers) {
    let factor = manifest.hypervisor.compute.defaults.resource_multiplier;
    if factor == 1.0 {
        return;
    }
    let by = |value: &dyn std::fmt::Display| format!("{value} × `compute.defaults.resourceMultiplier` ({factor})");
    let is_own = |layers: &Layers, path: &[&str]| {
        layers.candidates(path).next().is_some_and(|(layer, _)| layer.source == LayerSource::Unit)
    };
    let path = ["resources", "compute", "units"];
    if !is_own(layers, &path)
        && let Some(units) = layers.winner(&path).and_then(Value::as_f64)
    {
        let source = LayerSource::Derived { what: by(&units) };
        layers.push(Layer::change(source, &path, whole(units * factor)));
    }
    let path = ["resources", "memory", "size"];
    if !is_own(layers, &path)
        && let Some(size) = layers.winner(&path).and_then(size::bytes)
    {
        let source = LayerSource::Derived { what: by(&size) };
        layers.push(Layer::change(source, &path, size::text(size::scaled(size, factor))));
    }
}

/// The nearest whole number, at least 0.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped to u32's range before")]
pub(crate) fn whole(number: f64) -> Value {
    Value::from(number.round().clamp(0.0, f64::from(u32::MAX)) as u64)
}
