//! Virtualisation type, architecture, machine type, emulator and the features a machine needs.

use std::path::PathBuf;

use model::spec::{DomainSpec, DomainType, Firmware};

use crate::libvirt::{domain::scope::Scope, xml::Element};

/// The families of machine types that differ in how devices are attached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Machine {
    /// PCI Express (`q35`, `virt`): every hot-pluggable device needs a root port.
    Pcie,
    /// One conventional PCI bus (`pc`).
    Pci,
    /// No PCI at all (`microvm`): virtio over memory-mapped registers, no hot-plug.
    Microvm,
}

impl Machine {
    /// The family of the domain's machine type.
    pub(crate) fn of(domain: &Element) -> Self {
        match domain.attr_at(&["os", "type"], "machine") {
            Some("microvm") => Self::Microvm,
            Some(machine) if machine == "q35" || machine.contains("-q35") => Self::Pcie,
            Some(machine) if machine == "virt" || machine.starts_with("virt-") => Self::Pcie,
            _ => Self::Pci,
        }
    }
}

/// Writes them.
pub(crate) fn apply(domain: &mut Element, spec: &DomainSpec, scope: &Scope<'_>) {
    scope.edit("domainType", spec.domain_type).apply(|kind| {
        let kind = match kind {
            Some(DomainType::Kvm) => "kvm",
            Some(DomainType::Qemu) | None => "qemu",
        };
        domain.set("type", kind);
    });
    scope.edit("arch", spec.arch.as_ref()).apply(|arch| hvm(domain).set_or_remove("arch", arch));
    scope.edit("machine", spec.machine.as_ref()).apply(|machine| hvm(domain).set_or_remove("machine", machine));
    scope.edit("emulator", spec.emulator.as_ref()).apply(|path| {
        domain.child_or_new("devices").put_text("emulator", path.map(|path| path.display()));
    });
    if scope.touches("arch") || scope.touches("firmware") || scope.touches("machine") {
        features(domain, spec);
    }
}

/// Reads them.
pub(crate) fn read(domain: &Element, spec: &mut DomainSpec) {
    spec.domain_type = match domain.attr("type") {
        Some("kvm") => Some(DomainType::Kvm),
        Some("qemu") => Some(DomainType::Qemu),
        _ => None,
    };
    spec.arch = domain.attr_at(&["os", "type"], "arch").map(str::to_owned);
    spec.machine = domain.attr_at(&["os", "type"], "machine").map(str::to_owned);
    spec.emulator = domain.at(&["devices", "emulator"]).map(|e| PathBuf::from(e.text()));
}

fn hvm(domain: &mut Element) -> &mut Element {
    let hvm = domain.child_or_new("os").child_or_new("type");
    if hvm.children.is_empty() {
        *hvm = Element::with_text("type", "hvm");
    }
    hvm
}

/// ACPI is what makes a polite shutdown possible; libvirt does not switch it on by itself, and refuses it where
/// the architecture has it only with UEFI.
fn features(domain: &mut Element, spec: &DomainSpec) {
    let uefi = matches!(spec.firmware, Some(Firmware::Uefi | Firmware::UefiSecure));
    let arch = hvm(domain).attr("arch").unwrap_or(std::env::consts::ARCH).to_owned();
    let microvm = Machine::of(domain) == Machine::Microvm;
    let acpi = match arch.as_str() {
        // An emulated microvm has no timer that Linux could find through ACPI: with it, the guest hangs.
        "x86_64" | "i686" => !microvm || spec.domain_type == Some(DomainType::Kvm),
        "aarch64" => uefi,
        _ => false,
    };
    if acpi {
        domain.child_or_new("features").child_or_new("acpi");
    }
    if matches!(arch.as_str(), "x86_64" | "i686") && !microvm {
        domain.child_or_new("features").child_or_new("apic");
    }
}
