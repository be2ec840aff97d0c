//! What components say about each other and about machines.

use super::{Application, members::Member};
use crate::{findings::Findings, nearest, problem::BlueprintProblem};

/// Checks `requires`, `conflicts` and `architectures` of every member.
pub(super) fn check(application: &Application<'_>, members: &[Member<'_>], findings: &mut Findings) {
    for member in members {
        let place = member.index.to_string();
        let at = application.at(&["components", &place]);
        let compatibility = &member.component.properties.compatibility;
        for requires in &compatibility.requires {
            if providers(members, requires).all(|other| other.id == member.id) {
                let problem = BlueprintProblem::Requires {
                    blueprint: application.name.to_owned(),
                    member: member.id.to_owned(),
                    requires: requires.clone(),
                    cure: who_provides(application, requires),
                };
                findings.problem(at, problem);
            }
        }
        for over in &compatibility.conflicts {
            if let Some(other) = providers(members, over).find(|other| other.id != member.id) {
                let problem = BlueprintProblem::Conflict {
                    blueprint: application.name.to_owned(),
                    member: member.id.to_owned(),
                    other: other.id.to_owned(),
                    over: over.clone(),
                };
                findings.problem(at, problem);
            }
        }
        let architectures = &compatibility.architectures;
        if !architectures.is_empty() && !architectures.contains(&application.architecture) {
            let problem = BlueprintProblem::Architecture {
                component: member.component_name.to_owned(),
                supported: architectures.join(", "),
                who: application.who.clone(),
                architecture: application.architecture.clone(),
            };
            findings.problem(application.at_unit(&["resources", "compute", "architecture"]), problem);
        }
    }
}

/// The members that are, or provide, what is asked for.
pub(super) fn providers<'m, 'a>(members: &'m [Member<'a>], name: &'m str) -> impl Iterator<Item = &'m Member<'a>> {
    members.iter().filter(move |member| {
        let provides = &member.component.properties.compatibility.provides;
        member.id == name || member.component_name == name || provides.iter().any(|provided| provided == name)
    })
}

fn who_provides(application: &Application<'_>, name: &str) -> String {
    let all = &application.manifest.hypervisor.composition.components;
    let provides = |(id, component): &(&String, &crate::manifest::Component)| {
        *id == name || component.properties.compatibility.provides.iter().any(|provided| provided == name)
    };
    let able: Vec<&str> = all.iter().filter(provides).map(|(id, _)| id.as_str()).collect();
    match able.as_slice() {
        [] => "no declared component provides it".to_owned(),
        able => format!("add one of {} to the blueprint", nearest::quoted(able)),
    }
}
