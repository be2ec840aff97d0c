//! What domains and containers have in common.

use std::collections::{BTreeMap, BTreeSet};

use model::{Address, Hooks, Kind, Name, Origin, Policy, Resource, Shutdown, Spec};

use super::{Lowering, health};
use crate::{
    compose::ResolvedUnit,
    nearest,
    problem::{ReferenceProblem, ValueProblem},
    tree,
};

/// The option that a part of a specification comes from: its path, and the way on into a list.
pub(super) struct Source {
    pub(super) prefix: String,
    pub(super) path: Vec<&'static str>,
    pub(super) rest: Vec<String>,
}

impl Source {
    /// `prefix` of the specification comes from the option at the dotted `path`.
    pub(super) fn new(prefix: impl Into<String>, path: &'static str) -> Self {
        Self { prefix: prefix.into(), path: path.split('.').collect(), rest: Vec::new() }
    }

    /// `prefix` comes from an element of the list at `path`.
    pub(super) fn element(prefix: impl Into<String>, path: &'static str, index: usize) -> Self {
        Self { rest: vec![index.to_string()], ..Self::new(prefix, path) }
    }
}

/// Makes the resource of a unit from its specification.
pub(super) fn resource(
    lowering: &mut Lowering<'_>,
    unit: &ResolvedUnit,
    spec: Spec,
    needs: BTreeSet<Address>,
    sources: Vec<Source>,
) -> Resource {
    let options = &unit.unit;
    let mut depends_on = needs;
    depends_on.extend(units_before(lowering, unit));
    let lifecycle = &options.lifecycle;
    Resource {
        policy: policy(unit),
        power: options.state,
        depends_on,
        declared_at: unit.declared_at.clone(),
        origins: origins(lowering, unit, sources),
        hooks: Hooks {
            pre_start: lifecycle.pre_start.clone(),
            post_start: lifecycle.post_start.clone(),
            pre_stop: lifecycle.pre_stop.clone(),
            post_stop: lifecycle.post_stop.clone(),
        },
        health: health::check(lowering, unit),
        previous_names: previous_names(lowering, unit),
        ..Resource::new(spec)
    }
}

/// How the unit may be changed and removed; its volumes follow it.
pub(super) fn policy(unit: &ResolvedUnit) -> Policy {
    let options = &unit.unit;
    Policy {
        on_change: options.update.on_change,
        drift: options.update.drift,
        deletion: options.deletion_policy,
        protect: options.protect,
        adopt: options.adopt,
        shutdown: Shutdown { timeout: options.shutdown.timeout, force: options.shutdown.force },
        prune_grace: options.prune_grace,
    }
}

/// Where parts of a unit's specification come from.
pub(super) fn origins(lowering: &Lowering<'_>, unit: &ResolvedUnit, sources: Vec<Source>) -> BTreeMap<String, Origin> {
    let positions = &lowering.manifest.positions;
    let origin = |source: Source| {
        let rest: Vec<&str> = source.rest.iter().map(String::as_str).collect();
        Some((source.prefix, unit.layers.origin(&source.path, &rest, positions)?))
    };
    sources.into_iter().filter_map(origin).collect()
}

/// The address of a unit by its name.
pub(super) fn address_of(unit: &ResolvedUnit) -> Address {
    let kind = if unit.unit.features.isolation.kind.is_container() { Kind::Container } else { Kind::Domain };
    Address::new(kind, &unit.name)
}

/// Notes what a unit itself sets and its kind has no use for; what tags and policies bring may be meant for others.
pub(super) fn note_ineffective(lowering: &mut Lowering<'_>, unit: &ResolvedUnit, kind: &str, options: &[&str]) {
    let Some(own) = unit.layers.own() else { return };
    let path = |option: &str| option.split('.').map(str::to_owned).collect::<Vec<_>>();
    let set: Vec<&str> = options.iter().copied().filter(|option| tree::lookup(own, &path(option)).is_some()).collect();
    if !set.is_empty() {
        let text = format!("{} of the unit `{}` has no effect: it is {kind}", nearest::quoted(&set), unit.name);
        let at = unit.declared_at.clone();
        lowering.findings.note(Some(address_of(unit)), at.as_ref(), text);
    }
}

fn units_before(lowering: &mut Lowering<'_>, unit: &ResolvedUnit) -> Vec<Address> {
    let all = &lowering.composition.units;
    let mut before = Vec::new();
    for (index, name) in unit.unit.depends_on.iter().enumerate() {
        if let Some(other) = all.get(name) {
            before.push(address_of(other));
            continue;
        }
        let declare = format!("declare `hypervisor.compute.units.{name}`");
        let others = all.keys().map(String::as_str).filter(|other| *other != unit.name);
        let cure = nearest::cure(name, others, &declare);
        let problem = ReferenceProblem::Unit { who: unit.who(), name: name.clone(), cure };
        lowering.problem_at(unit, &["dependsOn"], &[&index.to_string()], problem);
    }
    before
}

fn previous_names(lowering: &mut Lowering<'_>, unit: &ResolvedUnit) -> Vec<Name> {
    let mut names = Vec::new();
    for name in &unit.unit.previous_names {
        let reason = match name.parse::<Name>() {
            Ok(_) if lowering.composition.units.contains_key(name) => {
                format!("`{name}` is the name of another unit that is declared")
            }
            Ok(name) => {
                names.push(name);
                continue;
            }
            Err(invalid) => invalid.to_string(),
        };
        let (path, cure) = ("previousNames".to_owned(), "remove it".to_owned());
        lowering.problem_at(
            unit,
            &["previousNames"],
            &[],
            ValueProblem::Wrong { who: unit.who(), path, reason, cure: Some(cure) },
        );
    }
    names
}
