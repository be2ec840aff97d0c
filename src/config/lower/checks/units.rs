//! Units that wait for each other, and interfaces with one address.

use std::collections::{BTreeMap, BTreeSet};

use model::{Bytes, Power, Spec};

use super::super::Lowering;
use crate::{
    problem::{GuestProblem, PlaceProblem},
    roughly::Roughly,
};

/// Notes VMs that together have more memory than the host, and containers that may use more than it has.
pub(super) fn memory(lowering: &mut Lowering<'_>) {
    let host = lowering.settings.host.memory;
    limits(lowering, host);
    let running = lowering.resources.values().filter(|resource| resource.power == Power::Running);
    let sizes = running.filter_map(|resource| match &resource.spec {
        Spec::Domain(spec) => spec.memory.current,
        _ => None,
    });
    let sizes: Vec<u64> = sizes.map(Bytes::get).collect();
    let total = Bytes::new(sizes.iter().fold(0, |total: u64, size| total.saturating_add(*size)));
    // One that is too large by itself has its own note.
    if host.get() > 0 && total > host && sizes.iter().all(|size| *size <= host.get()) {
        let host = Roughly(host);
        let text = format!("the VMs that are to run have {total} of memory together, and the host has {host}");
        lowering.findings.note(None, None, text);
    }
}

/// A container takes only what it uses, so a limit beyond the host is no mistake, but no limit either.
fn limits(lowering: &mut Lowering<'_>, host: Bytes) {
    let beyond = lowering.resources.iter().filter_map(|(address, resource)| match &resource.spec {
        Spec::Container(spec) if host.get() > 0 => {
            Some((address.clone(), spec.limits.memory.filter(|limit| *limit > host)?))
        }
        _ => None,
    });
    for (address, limit) in beyond.collect::<Vec<_>>() {
        let at = lowering.place_of(&lowering.composition.units[&address.name], &["resources", "memory", "size"], &[]);
        let text = format!(
            "the container `{}` may use {limit} of memory, and the host has {}: nothing limits it before the host is out \
             of memory",
            address.name,
            Roughly(host)
        );
        lowering.findings.note(Some(address), at.as_ref(), text);
    }
}

/// Finds interfaces with the same MAC address.
pub(super) fn macs(lowering: &mut Lowering<'_>) {
    let mut seen: BTreeMap<String, (String, String)> = BTreeMap::new();
    let mut clashes = Vec::new();
    for (address, resource) in &lowering.resources {
        let Spec::Domain(spec) = &resource.spec else { continue };
        for (name, interface) in &spec.interfaces {
            let Some(mac) = &interface.mac else { continue };
            let this = (address.name.clone(), name.clone());
            if let Some((unit, nic)) = seen.insert(mac.clone(), this.clone()) {
                let problem = PlaceProblem::Mac {
                    first: format!("the interface `{nic}` of the unit `{unit}`"),
                    second: format!("the interface `{name}` of the unit `{}`", address.name),
                    mac: mac.clone(),
                };
                clashes.push((this, problem));
            }
        }
    }
    for ((unit, nic), problem) in clashes {
        let unit = &lowering.composition.units[&unit];
        let index = unit.unit.network.iter().position(|n| n.name == nic).unwrap_or_default().to_string();
        lowering.problem_at(unit, &["network"], &[&index, "mac"], problem);
    }
}

/// Finds units that depend on each other.
pub(super) fn order(lowering: &mut Lowering<'_>) {
    let units = &lowering.composition.units;
    let needs = |name: &str| units.get(name).map(|unit| unit.unit.depends_on.as_slice()).unwrap_or_default();
    let mut reported: BTreeSet<&str> = BTreeSet::new();
    let mut problems = Vec::new();
    for start in units.keys() {
        let mut path = vec![start.as_str()];
        if !reported.contains(start.as_str())
            && let Some(cycle) = cycle(&mut path, &mut BTreeSet::new(), &needs)
        {
            reported.extend(&cycle);
            let names: Vec<String> = cycle.iter().map(|name| format!("`{name}`")).collect();
            problems.push((cycle[0], GuestProblem::Cycle { cycle: names.join(" needs ") }));
        }
    }
    for (unit, problem) in problems {
        lowering.problem_at(&units[unit], &["dependsOn"], &[], problem);
    }
}

/// The cycle that the path runs into, ending where it begins.
fn cycle<'a>(
    path: &mut Vec<&'a str>,
    done: &mut BTreeSet<&'a str>,
    needs: &impl Fn(&str) -> &'a [String],
) -> Option<Vec<&'a str>> {
    let last = *path.last().expect("a path has a unit");
    for next in needs(last) {
        if let Some(start) = path.iter().position(|name| name == next) {
            let mut cycle = path[start..].to_vec();
            cycle.push(next);
            return Some(cycle);
        }
        if done.contains(next.as_str()) {
            continue;
        }
        path.push(next);
        if let Some(found) = cycle(path, done, needs) {
            return Some(found);
        }
        path.pop();
    }
    done.insert(last);
    None
}
