//! A unit's settings as layers, highest first.

use std::{collections::BTreeMap, iter, sync::Arc};

use model::{Origin, SourcePos};
use serde_json::{Map, Value};

use super::Declaration;
use crate::{
    manifest::{Manifest, PolicyOptions, Positions, TagOptions},
    tree,
};

/// A unit's settings, one layer a source, highest precedence first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layers(Vec<Layer>);

/// The settings of one source.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    pub(crate) source: LayerSource,
    pub(crate) settings: Arc<Map<String, Value>>,
    /// The path its settings' positions are below; empty where they have none.
    path: Vec<String>,
}

/// Where a layer came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum LayerSource {
    Component { name: String, blueprint: String },
    Derived { what: String },
    Unit,
    Tag { name: String, priority: i64 },
    Policy { name: String },
    Defaults,
    OptionDefault,
}

/// The layers that units share: every tag's, every policy's and the defaults', each made once.
pub(super) struct Shared {
    tags: BTreeMap<String, Layer>,
    policies: BTreeMap<String, Layer>,
    defaults: [Layer; 2],
}

impl Shared {
    pub(super) fn new(manifest: &Manifest) -> Self {
        let compute = &manifest.hypervisor.compute;
        let tag = |(name, tag): (&String, &TagOptions)| {
            let source = LayerSource::Tag { name: name.clone(), priority: tag.priority };
            (name.clone(), Layer::new(source, &tag.values, &["compute", "tags", name, "values"]))
        };
        let policy = |(name, policy): (&String, &PolicyOptions)| {
            let source = LayerSource::Policy { name: name.clone() };
            (name.clone(), Layer::new(source, &policy.defaults, &["compute", "policies", name, "defaults"]))
        };
        Self {
            tags: compute.tags.iter().map(tag).collect(),
            policies: compute.policies.iter().map(policy).collect(),
            defaults: [
                Layer::new(LayerSource::Defaults, &compute.defaults.unit, &["compute", "defaults", "unit"]),
                Layer::new(LayerSource::OptionDefault, &compute.unit_defaults, &[]),
            ],
        }
    }

    /// The layers of a unit without what its components change.
    pub(super) fn of(&self, declaration: &Declaration<'_>, policies: &[String], tags: &[String]) -> Layers {
        let path = declaration.path_of_settings();
        let unit = Layer { source: LayerSource::Unit, settings: Arc::new(declaration.settings.clone()), path };
        let mut tags: Vec<&Layer> = tags.iter().filter_map(|name| self.tags.get(name)).collect();
        tags.sort_by_key(|layer| std::cmp::Reverse(layer.source.priority()));
        let policies = policies.iter().rev().filter_map(|name| self.policies.get(name));
        let below = tags.into_iter().chain(policies).chain(&self.defaults).cloned();
        Layers(iter::once(unit).chain(below).collect())
    }
}

impl LayerSource {
    /// A tag's priority; 0 of anything else.
    fn priority(&self) -> i64 {
        match self {
            Self::Tag { priority, .. } => *priority,
            _ => 0,
        }
    }
}

/// Where a value with this origin was written.
pub(crate) fn position_of(origin: &Origin) -> Option<&SourcePos> {
    match origin {
        Origin::Unit { at }
        | Origin::Tag { at, .. }
        | Origin::Policy { at, .. }
        | Origin::Component { at, .. }
        | Origin::Defaults { at } => at.as_ref(),
        Origin::OptionDefault | Origin::Derived { .. } => None,
    }
}

impl Layers {
    /// Puts a layer above all others.
    pub(crate) fn push(&mut self, layer: Layer) {
        self.0.insert(0, layer);
    }

    /// All layers merged.
    pub(crate) fn merged(&self) -> Map<String, Value> {
        let mut merged = Map::new();
        for layer in self.0.iter().rev() {
            tree::merge(&mut merged, &layer.settings);
        }
        merged
    }

    /// What the unit itself sets.
    pub(crate) fn own(&self) -> Option<&Map<String, Value>> {
        self.0.iter().find(|layer| layer.source == LayerSource::Unit).map(|layer| &*layer.settings)
    }

    /// The layers that say something about a path, highest first, each with what it says.
    pub(crate) fn candidates<'a, S: AsRef<str>>(
        &'a self,
        path: &'a [S],
    ) -> impl Iterator<Item = (&'a Layer, &'a Value)> {
        self.0.iter().filter_map(move |layer| Some((layer, tree::lookup(&layer.settings, path)?)))
    }

    /// The value of the highest layer that says something about a path.
    pub(crate) fn winner<'a, S: AsRef<str>>(&'a self, path: &'a [S]) -> Option<&'a Value> {
        self.candidates(path).next().map(|(_, value)| value)
    }

    /// Where the value at a path came from; `rest` is the way on inside of it, through list elements.
    pub(crate) fn origin<S: AsRef<str>>(&self, path: &[S], rest: &[&str], positions: &Positions) -> Option<Origin> {
        self.candidates(path).next().map(|(layer, _)| layer.origin(path, rest, positions))
    }
}

impl Layer {
    fn new(source: LayerSource, settings: &Map<String, Value>, path: &[&str]) -> Self {
        let path = path.iter().map(|part| (*part).to_owned()).collect();
        Self { source, settings: Arc::new(settings.clone()), path }
    }

    /// A layer that changes one value and was written nowhere.
    pub(crate) fn change(source: LayerSource, path: &[&str], value: Value) -> Self {
        Self { source, settings: Arc::new(tree::branch(path, value)), path: Vec::new() }
    }

    /// The same layer, with positions below `path`.
    pub(crate) fn written_at(self, path: Vec<String>) -> Self {
        Self { path, ..self }
    }

    /// Where the value at `path` and then `rest` came from.
    pub(crate) fn origin<S: AsRef<str>>(&self, path: &[S], rest: &[&str], positions: &Positions) -> Origin {
        let at = self.position(path, rest, positions).cloned();
        match &self.source {
            LayerSource::Component { name, blueprint } => {
                Origin::Component { name: name.clone(), blueprint: blueprint.clone(), at }
            }
            LayerSource::Derived { what } => Origin::Derived { what: what.clone() },
            LayerSource::Unit => Origin::Unit { at },
            LayerSource::Tag { name, priority } => Origin::Tag { name: name.clone(), priority: *priority, at },
            LayerSource::Policy { name } => Origin::Policy { name: name.clone(), at },
            LayerSource::Defaults => Origin::Defaults { at },
            LayerSource::OptionDefault => Origin::OptionDefault,
        }
    }

    /// Whether the very path was written, so far as it can be told.
    pub(crate) fn writes<S: AsRef<str>>(&self, path: &[S], positions: &Positions) -> bool {
        let whole: Vec<&str> = self.path.iter().map(String::as_str).chain(path.iter().map(AsRef::as_ref)).collect();
        self.path.is_empty() || positions.exactly(&whole).is_some()
    }

    fn position<'a, S: AsRef<str>>(
        &self,
        path: &[S],
        rest: &[&str],
        positions: &'a Positions,
    ) -> Option<&'a SourcePos> {
        if self.path.is_empty() {
            return None;
        }
        let below = path.iter().map(AsRef::as_ref).chain(rest.iter().copied());
        let whole: Vec<&str> = self.path.iter().map(String::as_str).chain(below).collect();
        positions.of(&whole)
    }
}
