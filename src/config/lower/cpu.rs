//! CPU and memory of a unit.

use std::collections::BTreeMap;

use model::{
    CpuShares,
    spec::{Cpu, CpuTune, DomainMemory, DomainType, FilesystemDriver, Vcpus},
};

use super::Lowering;
use crate::{
    compose::ResolvedUnit,
    problem::{GuestProblem, ValueProblem},
    roughly::Roughly,
};

/// The weight of one vCPU, as libvirt and Docker count it.
const WEIGHT_OF_A_CPU: u64 = 1024;

/// CPU capacity: what the unit always has, and what it may use while the host is idle.
pub(super) struct Capacity {
    /// All that it may use.
    pub(super) most: CpuShares,
    /// Its weight against others, where it may use more than its own.
    pub(super) weight: Option<u64>,
}

/// The CPU capacity of a unit.
pub(super) fn capacity(unit: &ResolvedUnit) -> Capacity {
    let compute = &unit.unit.resources.compute;
    let weight = |_: &CpuShares| (u64::from(compute.units.0) * WEIGHT_OF_A_CPU / 100).max(2);
    Capacity {
        most: CpuShares(compute.units.0.saturating_add(compute.burst.map_or(0, |burst| burst.0))),
        weight: compute.burst.as_ref().map(weight),
    }
}

/// The vCPUs of a VM.
pub(super) fn vcpus(lowering: &mut Lowering<'_>, unit: &ResolvedUnit) -> Vcpus {
    let current = capacity(unit).most.vcpus();
    let maximum = unit.unit.resources.compute.max_units.map_or(current, CpuShares::vcpus);
    if maximum < current {
        let problem = ValueProblem::Wrong {
            who: unit.who(),
            path: "resources.compute.maxUnits".to_owned(),
            reason: format!("{maximum} vCPUs at most, and it has {current} already"),
            cure: Some("raise it, or remove it: it is then what the unit has".to_owned()),
        };
        lowering.problem_at(unit, &["resources", "compute", "maxUnits"], &[], problem);
    }
    Vcpus { current: Some(current), maximum: Some(maximum.max(current)) }
}

/// The limits on a VM's vCPUs.
pub(super) fn tune(unit: &ResolvedUnit) -> CpuTune {
    let capacity = capacity(unit);
    let quota = capacity.most.quota_us_per_vcpu();
    CpuTune {
        shares: capacity.weight,
        quota_us: quota,
        period_us: quota.map(|_| CpuShares::PERIOD_US),
        pins: unit.unit.cpu.pin.clone(),
    }
}

/// The processor that a VM sees.
pub(super) fn cpu(lowering: &mut Lowering<'_>, unit: &ResolvedUnit, kind: DomainType, vcpus: Vcpus) -> Cpu {
    let options = &unit.unit.cpu;
    let features: BTreeMap<String, String> = unit
        .unit
        .resources
        .compute
        .features
        .iter()
        .map(|feature| match feature.strip_prefix('-') {
            Some(name) => (name.to_owned(), "disable".to_owned()),
            None => (feature.trim_start_matches('+').to_owned(), "require".to_owned()),
        })
        .collect();
    let mode = match (&options.mode, &options.model, kind) {
        // Software emulation has no host processor to show.
        (Some(mode), _, DomainType::Qemu) if mode.starts_with("host-") => Some("maximum".to_owned()),
        (Some(mode), ..) => Some(mode.clone()),
        (None, Some(_), _) => Some("custom".to_owned()),
        (None, None, _) if features.is_empty() => None,
        (None, None, DomainType::Kvm) => Some("host-model".to_owned()),
        (None, None, DomainType::Qemu) => Some("maximum".to_owned()),
    };
    if mode.as_deref() == Some("custom") && options.model.is_none() {
        let problem = ValueProblem::Missing {
            who: unit.who(),
            path: "cpu.model".to_owned(),
            reason: "the mode is `custom`".to_owned(),
            cure: "set it to a model that `virsh cpu-models x86_64` lists, or choose another mode".to_owned(),
        };
        lowering.problem_at(unit, &["cpu", "mode"], &[], problem);
    }
    let (sockets, cores, threads) = topology(lowering, unit, vcpus);
    Cpu { mode, model: options.model.clone(), features, sockets, cores, threads }
}

type Topology = (Option<u32>, Option<u32>, Option<u32>);

/// The topology, where any of it is declared; the rest of it makes up the number of vCPUs.
fn topology(lowering: &mut Lowering<'_>, unit: &ResolvedUnit, vcpus: Vcpus) -> Topology {
    let options = &unit.unit.cpu;
    let declared = [options.sockets, options.cores, options.threads];
    let all = vcpus.maximum.unwrap_or(1);
    if declared.iter().all(Option::is_none) {
        return (None, None, None);
    }
    let threads = options.threads.unwrap_or(1);
    let rest = |known: u32| all / known.saturating_mul(threads).max(1);
    let (sockets, cores) = match (options.sockets, options.cores) {
        (Some(sockets), Some(cores)) => (sockets, cores),
        (Some(sockets), None) => (sockets, rest(sockets)),
        (None, Some(cores)) => (rest(cores), cores),
        (None, None) => (1, rest(1)),
    };
    let product = sockets.saturating_mul(cores).saturating_mul(threads);
    if product != all {
        let problem = ValueProblem::Wrong {
            who: unit.who(),
            path: "cpu".to_owned(),
            reason: format!(
                "{sockets} sockets × {cores} cores × {threads} threads are {product}, and the unit has {all} vCPUs"
            ),
            cure: Some("change the topology, `resources.compute.units` or `resources.compute.maxUnits`".to_owned()),
        };
        let field = ["sockets", "cores", "threads"][declared.iter().position(Option::is_some).unwrap_or_default()];
        lowering.problem_at(unit, &["cpu", field], &[], problem);
    }
    (Some(sockets), Some(cores), Some(threads))
}

/// The memory of a VM.
pub(super) fn memory(lowering: &mut Lowering<'_>, unit: &ResolvedUnit) -> DomainMemory {
    let memory = &unit.unit.resources.memory;
    let current = memory.size.0.round_to_kib();
    let maximum = memory.maximum.map_or(current, |size| size.0.round_to_kib());
    if maximum < current {
        let problem = ValueProblem::Wrong {
            who: unit.who(),
            path: "resources.memory.maximum".to_owned(),
            reason: format!("{maximum} is less than the {current} that it has already"),
            cure: Some("raise it, or remove it: it is then what the unit has".to_owned()),
        };
        lowering.problem_at(unit, &["resources", "memory", "maximum"], &[], problem);
    }
    let host = lowering.settings.host.memory;
    if host.get() > 0 && current > host {
        if memory.hugepages.is_some() {
            let problem = GuestProblem::Memory { unit: unit.name.clone(), wanted: current, host };
            lowering.problem_at(unit, &["resources", "memory", "size"], &[], problem);
        } else {
            let at = lowering.place_of(unit, &["resources", "memory", "size"], &[]);
            let (unit_name, host) = (&unit.name, Roughly(host));
            let text =
                format!("the unit `{unit_name}` has {current} of memory, and the host has {host}: it may be killed");
            lowering.findings.note(Some(super::unit::address_of(unit)), at.as_ref(), text);
        }
    }
    let shares_files = unit.unit.filesystems.iter().any(|share| share.driver == FilesystemDriver::Virtiofs);
    DomainMemory {
        current: Some(current),
        maximum: Some(maximum.max(current)),
        hugepages: memory.hugepages.map(|size| size.0),
        shared: shares_files.then_some(true),
    }
}
