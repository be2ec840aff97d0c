//! Which tags a unit has.

use std::collections::BTreeMap;

use super::{Declaration, ResolvedUnit, words};
use crate::{findings::Findings, manifest::Manifest, nearest, problem::ReferenceProblem};

/// The unit's tags, each once: its own, then its policies' in order, then `compute.defaults.defaultTags`.
///
/// A tag without a definition stays in the list: it marks the unit. Under `strictTags` it is a problem as well.
pub(super) fn tags_of(
    manifest: &Manifest,
    declaration: &Declaration<'_>,
    policies: &[String],
    findings: &mut Findings,
) -> Vec<String> {
    let compute = &manifest.hypervisor.compute;
    let own = words(manifest, declaration, "tags");
    let from_policies = policies.iter().filter_map(|name| compute.policies.get(name)).flat_map(|p| p.tags.clone());
    let mut tags = Vec::new();
    for tag in own.into_iter().chain(from_policies).chain(compute.defaults.default_tags.clone()) {
        if !tags.contains(&tag) {
            tags.push(tag);
        }
    }
    if compute.defaults.strict_tags {
        for name in tags.iter().filter(|name| !compute.tags.contains_key(*name)) {
            let problem = ReferenceProblem::Tag {
                who: declaration.who(),
                name: name.clone(),
                cure: cure(manifest, name, &declare(name)),
            };
            findings.problem(manifest.positions.of(&declaration.path_of(&["tags"])), problem);
        }
    }
    tags
}

/// Notes each tag without a definition once, with the units that have it.
pub(super) fn note_markers(manifest: &Manifest, units: &BTreeMap<String, ResolvedUnit>, findings: &mut Findings) {
    let compute = &manifest.hypervisor.compute;
    if compute.defaults.strict_tags {
        return;
    }
    let mut markers: BTreeMap<&str, Vec<&ResolvedUnit>> = BTreeMap::new();
    for unit in units.values() {
        for tag in unit.tags.iter().filter(|tag| !compute.tags.contains_key(*tag)) {
            markers.entry(tag).or_default().push(unit);
        }
    }
    for (tag, units) in markers {
        let names: Vec<&str> = units.iter().map(|unit| unit.name.as_str()).collect();
        let meant = nearest::nearest(tag, compute.tags.keys().map(String::as_str));
        let meant = meant.map(|other| format!(" (did you mean `{other}`?)")).unwrap_or_default();
        let text = format!("the tag `{tag}` has no definition{meant}: it only marks {}", nearest::quoted(&names));
        let first = units.first().expect("a marker has a unit");
        let at = manifest.positions.of(&["compute", "units", &first.name, "tags"]);
        findings.note(None, at, text);
    }
}

fn declare(name: &str) -> String {
    format!("declare `hypervisor.compute.tags.{name}`")
}

fn cure(manifest: &Manifest, name: &str, declare: &str) -> String {
    nearest::cure(name, manifest.hypervisor.compute.tags.keys().map(String::as_str), declare)
}
