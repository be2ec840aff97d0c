//! Ports of the host that two containers publish.

use model::{Kind, Spec};

use super::super::Lowering;
use crate::problem::PlaceProblem;

struct Published {
    unit: String,
    address: String,
    port: u16,
    protocol: String,
    inside: String,
}

/// Finds ports that two containers, or one twice, publish on the same address.
pub(super) fn check(lowering: &mut Lowering<'_>) {
    let mut seen: Vec<Published> = Vec::new();
    let mut clashes = Vec::new();
    for published in published(lowering) {
        let clash = seen.iter().find(|other| {
            other.port == published.port
                && other.protocol == published.protocol
                && overlap(&other.address, &published.address)
                && (other.unit != published.unit || other.inside != published.inside)
        });
        if let Some(other) = clash {
            let problem = PlaceProblem::Port {
                first: other.unit.clone(),
                second: published.unit.clone(),
                port: format!("port {}/{}", published.port, published.protocol),
                example: format!("{}:{}", published.port, published.inside),
            };
            clashes.push((published.unit.clone(), problem));
        }
        seen.push(published);
    }
    for (unit, problem) in clashes {
        let unit = &lowering.composition.units[&unit];
        lowering.problem_at(unit, &["container", "ports"], &[], problem);
    }
}

fn published(lowering: &Lowering<'_>) -> Vec<Published> {
    let mut all = Vec::new();
    for (address, resource) in lowering.resources.iter().filter(|(address, _)| address.kind == Kind::Container) {
        let Spec::Container(spec) = &resource.spec else { continue };
        for (inside, bindings) in &spec.ports {
            let (port_inside, protocol) = inside.split_once('/').unwrap_or((inside, "tcp"));
            for binding in bindings {
                let Some(port) = binding.port else { continue };
                all.push(Published {
                    unit: address.name.clone(),
                    address: binding.address.clone(),
                    port,
                    protocol: protocol.to_owned(),
                    inside: port_inside.to_owned(),
                });
            }
        }
    }
    all
}

fn overlap(a: &str, b: &str) -> bool {
    let everywhere = |address: &str| matches!(address, "" | "0.0.0.0" | "::");
    a == b || everywhere(a) || everywhere(b)
}
