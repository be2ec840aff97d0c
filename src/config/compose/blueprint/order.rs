//! The order in which components are set up: what a component needs comes before it.

use std::collections::BTreeSet;

use super::{Application, compatibility::providers, connections::Link, members::Member};
use crate::{findings::Findings, problem::BlueprintProblem};

/// Members by place, each after what it needs; otherwise by layer, then in the blueprint's order.
pub(super) fn sort(
    application: &Application<'_>,
    members: &[Member<'_>],
    links: &[Link<'_>],
    findings: &mut Findings,
) -> Option<Vec<usize>> {
    let needs: Vec<BTreeSet<usize>> = (0..members.len()).map(|member| needs(member, members, links)).collect();
    let layers: Vec<Option<i64>> = members.iter().map(|member| layer_of(application, member.id)).collect();
    for (member, needs) in needs.iter().enumerate() {
        for &other in needs {
            if let (Some(own), Some(its)) = (layers[member], layers[other])
                && its > own
            {
                let problem = BlueprintProblem::Layer {
                    blueprint: application.name.to_owned(),
                    member: members[member].id.to_owned(),
                    needs: members[other].id.to_owned(),
                };
                findings.problem(application.at(&["layout", "layers"]), problem);
                return None;
            }
        }
    }
    let key = |member: usize| (layers[member].unwrap_or(i64::MAX), member);
    let mut waiting: BTreeSet<usize> = (0..members.len()).collect();
    let mut order = Vec::with_capacity(members.len());
    while !waiting.is_empty() {
        let ready =
            waiting.iter().copied().filter(|member| needs[*member].is_disjoint(&waiting)).min_by_key(|m| key(*m));
        let Some(ready) = ready else {
            let cycle = cycle(&waiting, &needs).into_iter().map(|member| format!("`{}`", members[member].id));
            let (blueprint, cycle) = (application.name.to_owned(), cycle.collect::<Vec<_>>().join(" needs "));
            findings.problem(application.at(&["components"]), BlueprintProblem::Cycle { blueprint, cycle });
            return None;
        };
        waiting.remove(&ready);
        order.push(ready);
    }
    Some(order)
}

fn needs(member: usize, members: &[Member<'_>], links: &[Link<'_>]) -> BTreeSet<usize> {
    let connected = links.iter().filter(|link| link.to == member).map(|link| link.from);
    let required = members[member].component.properties.compatibility.requires.iter();
    let provided = required.flat_map(|name| providers(members, name)).filter(|other| other.id != members[member].id);
    let place = |other: &Member<'_>| members.iter().position(|m| m.id == other.id).expect("it is one of them");
    connected.chain(provided.map(place)).collect()
}

fn layer_of(application: &Application<'_>, id: &str) -> Option<i64> {
    let layers = application.blueprint.layout.layers.iter();
    layers.filter(|layer| layer.components.iter().any(|name| name == id)).map(|layer| layer.order).min()
}

/// A cycle among members each of which needs another one of them, ending where it begins.
fn cycle(waiting: &BTreeSet<usize>, needs: &[BTreeSet<usize>]) -> Vec<usize> {
    let mut path: Vec<usize> = Vec::new();
    let mut member = *waiting.first().expect("somebody waits");
    while !path.contains(&member) {
        path.push(member);
        member = *needs[member].intersection(waiting).next().expect("whoever waits needs somebody that waits");
    }
    let start = path.iter().position(|m| *m == member).expect("the loop ended there");
    path.push(member);
    path.split_off(start)
}
