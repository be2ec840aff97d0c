//! Machine types: which one a VM gets, and what it has and lacks.

use crate::{
    compose::ResolvedUnit,
    problem::GuestProblem,
    unit::{Architecture, Bus, FirmwareKind, GraphicsKind, IsolationType},
};

use super::Lowering;

/// The families of machine types that differ in their devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Machine {
    /// PCIe on x86.
    Q35,
    /// PCIe on ARM and RISC-V, without a BIOS.
    Virt,
    /// No PCI at all.
    Microvm,
    /// Named by the unit.
    Other,
}

/// The machine type of a unit: its name for libvirt, and its family.
pub(super) fn of(unit: &ResolvedUnit) -> (String, Machine) {
    let options = &unit.unit;
    let by_kind = match (options.features.isolation.kind, options.resources.compute.architecture) {
        (IsolationType::Firecracker, _) => "microvm",
        (_, Architecture::X86_64 | Architecture::Wasm) => "q35",
        (_, Architecture::Aarch64 | Architecture::Riscv64) => "virt",
    };
    let name = options.boot.machine.clone().unwrap_or_else(|| by_kind.to_owned());
    let is = |family: &str| name == family || name.starts_with(&format!("{family}-"));
    let machine = if is("microvm") {
        Machine::Microvm
    } else if is("q35") || is("pc-q35") {
        Machine::Q35
    } else if is("virt") {
        Machine::Virt
    } else {
        Machine::Other
    };
    (name, machine)
}

/// Refuses devices that the machine does not have.
pub(super) fn refuse_what_is_lacking(lowering: &mut Lowering<'_>, unit: &ResolvedUnit, machine: Machine) {
    if machine != Machine::Microvm {
        return;
    }
    let options = &unit.unit;
    let mut lacking: Vec<(&[&str], String)> = Vec::new();
    if options.resources.compute.architecture != Architecture::X86_64 {
        lacking.push((&["resources", "compute", "architecture"], "another architecture than x86_64".to_owned()));
    }
    if options.graphics.kind != GraphicsKind::None {
        lacking.push((&["graphics", "type"], "a display".to_owned()));
    }
    if options.tpm {
        lacking.push((&["tpm"], "a TPM".to_owned()));
    }
    if options.boot.firmware == FirmwareKind::Uefi || options.boot.secure_boot {
        lacking.push((&["boot", "firmware"], "UEFI firmware".to_owned()));
    }
    if !options.resources.accelerators.is_empty() {
        lacking.push((&["resources", "accelerators"], "a device of the host".to_owned()));
    }
    if let Some(disk) = options.storage.iter().find(|disk| disk.bus != Bus::Virtio) {
        lacking.push((&["storage"], format!("the disk `{}` on another bus than virtio", disk.name)));
    }
    for (path, what) in lacking {
        let problem = GuestProblem::MachineLacks {
            unit: unit.name.clone(),
            what,
            machine: "a microvm".to_owned(),
            cure: "remove it, or set `features.isolation.type = \"vm\"`".to_owned(),
        };
        lowering.problem_at(unit, path, &[], problem);
    }
}

impl Machine {
    /// Whether devices are plugged in through PCIe root ports, which have to be spared in advance.
    pub(super) const fn has_root_ports(self) -> bool {
        matches!(self, Self::Q35 | Self::Virt)
    }
}
