//! Where the backend's word counts for more than the declaration's letter: aliases of machine versions, overlays
//! of snapshots, addresses of adopted interfaces, processor models that a running guest shows spelt out.

use std::fmt;

use model::{Bytes, DomainFacts, FieldPath, HostFacts, Spec, mac_for, uuid_for};
use serde_json::{Value, json};

use crate::{
    decide::{Findings, Present, Scene, object},
    diff::{Difference, Leaves, three_way},
};

/// Which of a domain's two states is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// The configuration of the next start.
    Config,
    /// The running state.
    Live,
}

/// The differences between the declaration and one of the domain's states.
pub(super) fn compare(
    scene: &Scene<'_>,
    present: &Present<'_>,
    actual: &Spec,
    side: Side,
    findings: &mut Findings,
) -> Vec<Difference> {
    let there = Leaves::of(actual);
    let mut wanted = Leaves::of(&scene.resource.spec);
    let mut applied = present.applied(scene);
    for leaves in [Some(&mut wanted), applied.as_mut()].into_iter().flatten() {
        keep_machine_version(leaves, &there, &scene.input.observed.host);
    }
    keep_addresses(scene, actual, &mut wanted, &there);
    let overlays = present.seen.domain.as_ref().map(|facts| keep_overlays(facts, &mut wanted, &there));
    if side == Side::Live {
        accept_expanded_model(&mut wanted, &there);
        accept_memory_not_given_back(scene, present, &mut wanted, applied.as_ref(), &there, findings);
    }
    let mut compared = three_way(&wanted, applied.as_ref(), &there);
    if side == Side::Config {
        object::note_left(scene, &compared.left, findings);
    }
    compared.differences.retain(|difference| side == Side::Config || !is_only_configured(difference));
    compared.differences.retain(|difference| !is_unknown_size(difference));
    if side == Side::Config {
        let told = overlays.into_iter().flatten().filter(|kept| kept.is_told(&compared.differences));
        findings.notes.extend(told.map(|kept| scene.note(kept.to_string())));
    }
    compared.differences
}

/// Fields that a running domain has no second value of.
fn is_only_configured(difference: &Difference) -> bool {
    matches!(difference.path.as_str(), "autostart" | "hotplugSlots")
}

/// A size that the backend does not show is no difference.
fn is_unknown_size(difference: &Difference) -> bool {
    difference.old.is_none() && difference.path.is_within("disks") && difference.path.as_str().ends_with(".capacity")
}

/// An alias such as `q35` stands for whichever version of that board the domain has: moving it to the newest would
/// exchange the guest's hardware.
fn keep_machine_version(leaves: &mut Leaves, there: &Leaves, host: &HostFacts) {
    let text = |leaves: &Leaves, path: &str| Some(leaves.value(&FieldPath::from(path))?.as_str()?.to_owned());
    let (Some(named), Some(actual)) = (text(leaves, "machine"), text(there, "machine")) else { return };
    let arch = text(leaves, "arch").or_else(|| text(there, "arch")).unwrap_or_else(|| host.arch.clone());
    let newest = host.machines.get(&format!("{arch}/{named}"));
    if newest.is_some_and(|newest| family(newest) == family(&actual)) {
        leaves.take_from(there, &FieldPath::from("machine"));
    }
}

/// A machine's name without its version: `pc-q35` of `pc-q35-7.2`.
fn family(machine: &str) -> &str {
    match machine.rsplit_once('-') {
        Some((family, version)) if version.starts_with(|c: char| c.is_ascii_digit()) => family,
        _ => machine,
    }
}

/// An adopted domain's interfaces keep the addresses that they have, unless others are declared.
fn keep_addresses(scene: &Scene<'_>, actual: &Spec, wanted: &mut Leaves, there: &Leaves) {
    let (Spec::Domain(spec), Spec::Domain(actual)) = (&scene.resource.spec, actual) else { return };
    let derived_identity = uuid_for(scene.input.owner, scene.address);
    if actual.uuid.is_none_or(|uuid| uuid == derived_identity) {
        return;
    }
    for (name, interface) in &spec.interfaces {
        let derived = mac_for(scene.input.owner, &scene.address.name, name);
        if interface.mac.as_deref() == Some(&derived) && actual.interfaces.contains_key(name) {
            wanted.take_from(there, &FieldPath::from_segments(["interfaces", name, "mac"]));
        }
    }
}

/// A disk that keeps the overlay that a snapshot has put over it: pointing the domain back at the volume below would
/// lose what was written since.
struct KeptOverlay {
    disk: String,
    overlay: String,
    declares_another: bool,
}

fn keep_overlays(facts: &DomainFacts, wanted: &mut Leaves, there: &Leaves) -> Vec<KeptOverlay> {
    let mut kept = Vec::new();
    for (disk, overlay) in &facts.overlays {
        if !wanted.groups.contains_key(&FieldPath::from_segments(["disks", disk])) {
            continue;
        }
        let source = FieldPath::from_segments(["disks", disk, "source"]);
        let declares_another = wanted.value(&source) != there.value(&source);
        for field in ["source", "format"] {
            wanted.take_from(there, &FieldPath::from_segments(["disks", disk, field]));
        }
        kept.push(KeptOverlay { disk: disk.clone(), overlay: overlay.clone(), declares_another });
    }
    kept
}

impl KeptOverlay {
    /// Whether the owner is told: when the domain changes, or when the overlay keeps a declared change waiting.
    fn is_told(&self, differences: &[Difference]) -> bool {
        self.declares_another || !differences.is_empty()
    }
}

impl fmt::Display for KeptOverlay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "disk `{}` has a snapshot's overlay, {}, and keeps it", self.disk, self.overlay)?;
        if self.declares_another {
            write!(f, "; the declared source waits until the snapshot is merged or deleted")?;
        }
        Ok(())
    }
}

/// A guest that boots holds its maximum, and gives back what is above its current memory when its balloon driver
/// gets to it, or never. What was asked of it is in the configuration already: asking again changes nothing. One that
/// has given it back, and holds more all the same, was given more.
fn accept_memory_not_given_back(
    scene: &Scene<'_>,
    present: &Present<'_>,
    wanted: &mut Leaves,
    applied: Option<&Leaves>,
    there: &Leaves,
    findings: &mut Findings,
) {
    let started = present.seen.domain.as_ref().and_then(|facts| facts.started);
    if started.is_some() && present.row.is_some_and(|row| row.gave_back == started) {
        return;
    }
    let path = FieldPath::from("memory.current");
    let bytes = |leaves: &Leaves| leaves.value(&path).and_then(Value::as_u64);
    let (Some(asked), Some(held)) = (bytes(wanted), bytes(there)) else { return };
    if held > asked && applied.and_then(bytes) == Some(asked) {
        let (held, asked) = (Bytes::new(held), Bytes::new(asked));
        findings
            .notes
            .push(scene.note(format!("the guest still holds {held} and has not given back all above {asked}")));
        wanted.take_from(there, &path);
    }
}

/// A running guest with the host's model shows the model spelt out.
fn accept_expanded_model(wanted: &mut Leaves, there: &Leaves) {
    let mode = FieldPath::from("cpu.mode");
    let expands = wanted.value(&mode) == Some(&json!("host-model"));
    if expands && there.value(&mode).and_then(Value::as_str) == Some("custom") {
        for field in ["cpu.mode", "cpu.model"] {
            wanted.take_from(there, &FieldPath::from(field));
        }
    }
}
