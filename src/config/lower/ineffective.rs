//! Options of units that are accepted and checked, and that nothing acts upon yet: a note an option, never silence.

use serde_json::{Value, json};

use super::Lowering;
use crate::{
    compose::ResolvedUnit,
    nearest, tree,
    unit::{Migration, Nic, Storage, Unit, WorkloadType},
};

/// An option, and whether a unit asks for something with it.
struct Inert {
    /// As people write it; `*` stands for every element of a list.
    option: &'static str,
    asks: fn(&Unit) -> bool,
    who: Who,
}

/// Whose word counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    Anybody,
    /// The unit's own: our tags only describe with it.
    TheUnit,
}

const fn inert(option: &'static str, asks: fn(&Unit) -> bool) -> Inert {
    Inert { option, asks, who: Who::Anybody }
}

const INERT: &[Inert] = &[
    inert("features.isolation.selinux", |unit| !unit.features.isolation.selinux),
    inert("features.persistence.checkpoints", |unit| unit.features.persistence.checkpoints),
    inert("features.persistence.migration", |unit| unit.features.persistence.migration == Migration::Live),
    inert("network.*.features", |unit| any_nic(unit, |nic| !nic.features.is_empty())),
    inert("network.*.latency", |unit| any_nic(unit, |nic| nic.latency.is_some())),
    inert("placement.affinity", |unit| !unit.placement.affinity.is_empty()),
    inert("placement.spread", |unit| unit.placement.spread.is_some()),
    inert("resources.accelerators.*.capabilities", |unit| {
        unit.resources.accelerators.iter().any(|accelerator| !accelerator.capabilities.is_empty())
    }),
    inert("resources.accelerators.*.model", |unit| {
        unit.resources.accelerators.iter().any(|accelerator| accelerator.model.is_some())
    }),
    inert("resources.memory.bandwidth", |unit| unit.resources.memory.bandwidth.is_some()),
    inert("storage.*.features", |unit| any_disk(unit, |disk| !disk.features.is_empty())),
    inert("workload.sla.availability", |unit| unit.workload.sla.availability.is_some()),
    inert("workload.sla.iops", |unit| unit.workload.sla.iops.is_some()),
    inert("workload.sla.latency", |unit| unit.workload.sla.latency.is_some()),
    Inert {
        option: "features.persistence.stateful",
        asks: |unit| !unit.features.persistence.stateful,
        who: Who::TheUnit,
    },
    Inert { option: "workload.profile", asks: |unit| unit.workload.profile.is_some(), who: Who::TheUnit },
    Inert { option: "workload.type", asks: |unit| unit.workload.kind != WorkloadType::Persistent, who: Who::TheUnit },
];

/// What `composition.settings` says where nobody sets it.
fn settings_by_default() -> [(&'static str, Value); 3] {
    [
        ("caching", json!({ "enable": true, "ttl": 3600 })),
        ("componentPath", json!(["/var/lib/hypervisor/components"])),
        ("validation.timeout", json!(30)),
    ]
}

/// Notes, once an option, what is set and has no effect.
pub(super) fn note(lowering: &mut Lowering<'_>) {
    let composition = lowering.composition;
    for inert in INERT {
        let asking = composition.units.values().filter(|unit| (inert.asks)(&unit.unit) && inert.is_said_by(unit));
        let asking: Vec<&ResolvedUnit> = asking.collect();
        let Some(first) = asking.first() else { continue };
        let names: Vec<&String> = asking.iter().map(|unit| &unit.name).collect();
        let path: Vec<&str> = inert.option.split('.').take_while(|segment| *segment != "*").collect();
        let at = lowering.place_of(first, &path, &[]);
        let text = format!("`{}` of {}: {EFFECT}", inert.option, nearest::quoted_few(&names));
        lowering.findings.note(None, at.as_ref(), text);
    }
    let settings = &lowering.manifest.hypervisor.composition.settings;
    for (option, default) in settings_by_default() {
        let path: Vec<&str> = option.split('.').collect();
        if tree::lookup(settings, &path).is_some_and(|value| *value != default) {
            let whole: Vec<&str> = ["composition", "settings"].into_iter().chain(path).collect();
            let at = lowering.manifest.positions.of(&whole).cloned();
            lowering.findings.note(None, at.as_ref(), format!("`composition.settings.{option}`: {EFFECT}"));
        }
    }
}

const EFFECT: &str = "declared but not yet effective: checked and passed on, without changing anything";

impl Inert {
    fn is_said_by(&self, unit: &ResolvedUnit) -> bool {
        let path: Vec<&str> = self.option.split('.').collect();
        self.who == Who::Anybody || unit.layers.own().is_some_and(|own| tree::lookup(own, &path).is_some())
    }
}

fn any_nic(unit: &Unit, is: fn(&Nic) -> bool) -> bool {
    unit.network.iter().any(is)
}

fn any_disk(unit: &Unit, is: fn(&Storage) -> bool) -> bool {
    unit.storage.iter().any(is)
}
