//! Names that a backend would refuse.

use model::{Name, SourcePos};

use super::super::Lowering;
use crate::problem::ValueProblem;

/// libvirt takes user aliases of devices up to this length, `ua-` included.
const LONGEST_DEVICE: usize = 40;

/// Checks the names of everything declared.
pub(in crate::lower) fn check(lowering: &mut Lowering<'_>) {
    let (manifest, composition) = (lowering.manifest, lowering.composition);
    for unit in composition.units.values() {
        name(lowering, unit.who(), &unit.name, unit.declared_at.as_ref());
        let disks = unit.unit.storage.iter().map(|disk| disk.name.as_str());
        let nics = unit.unit.network.iter().map(|nic| nic.name.as_str());
        let shares = unit.unit.filesystems.iter().map(|share| share.name.as_str());
        let lists =
            [("storage", disks.collect::<Vec<_>>()), ("network", nics.collect()), ("filesystems", shares.collect())];
        for (list, names) in lists {
            for (index, device) in names.into_iter().enumerate() {
                if let Some(reason) = refusal_of_device(device) {
                    let who = format!("`{list}.{index}` of {}", unit.who());
                    let cure = "use letters, digits, `_` and `-`".to_owned();
                    let problem = ValueProblem::Name { who, reason, cure };
                    lowering.problem_at(unit, &[list], &[&index.to_string(), "name"], problem);
                }
            }
        }
    }
    let at = |path: &[&str]| manifest.positions.of(path).cloned();
    for network in manifest.hypervisor.networks.keys() {
        name(lowering, format!("the network `{network}`"), network, at(&["networks", network]).as_ref());
    }
    for pool in manifest.hypervisor.storage.pools.keys() {
        name(lowering, format!("the pool `{pool}`"), pool, at(&["storage", "pools", pool]).as_ref());
    }
    for volume in manifest.hypervisor.storage.volumes.keys() {
        name(lowering, format!("the volume `{volume}`"), volume, at(&["storage", "volumes", volume]).as_ref());
    }
}

fn name(lowering: &mut Lowering<'_>, who: String, name: &str, at: Option<&SourcePos>) {
    if let Err(invalid) = name.parse::<Name>() {
        let cure = "rename it; `previousNames` of a unit keeps what exists under another name".to_owned();
        lowering.findings.problem(at, ValueProblem::Name { who, reason: invalid.to_string(), cure });
    }
}

/// Why libvirt would refuse the name in a device's alias.
fn refusal_of_device(name: &str) -> Option<String> {
    let unusual = name.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-')));
    match unusual {
        Some(character) => Some(format!("the name `{name}` has the character {character:?}")),
        None if name.is_empty() => Some("the name is empty".to_owned()),
        None if name.len() > LONGEST_DEVICE => {
            Some(format!("the name `{name}` is longer than {LONGEST_DEVICE} characters"))
        }
        None => None,
    }
}
