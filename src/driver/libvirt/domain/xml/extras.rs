//! Small devices that are there or not: the guest agent's channel, the random number generator, the TPM; and
//! what every domain gets so that more can be plugged in later.

use model::spec::{DiskBus, DomainSpec};

use super::machine::Machine;
use crate::libvirt::{domain::scope::Scope, xml::Element};

/// The channel's name, by which the agent in the guest finds it.
const AGENT: &str = "org.qemu.guest_agent.0";

/// Writes them.
pub(crate) fn apply(domain: &mut Element, spec: &DomainSpec, scope: &Scope<'_>) {
    let arm = domain.attr_at(&["os", "type"], "arch") == Some("aarch64");
    let devices = domain.child_or_new("devices");
    scope.edit("guestAgent", spec.guest_agent).apply(|wanted| {
        let there = devices.named("channel").any(is_agent);
        if wanted == Some(true) && !there {
            let target = Element::new("target").with("type", "virtio").with("name", AGENT);
            devices.push(Element::new("channel").with("type", "unix").holding(target));
        } else if wanted != Some(true) {
            devices.retain(|device| device.name != "channel" || !is_agent(device));
        }
    });
    scope.edit("rng", spec.rng).apply(|wanted| {
        let source = || Element::with_text("backend", "/dev/urandom").with("model", "random");
        switch(devices, "rng", wanted, || Element::new("rng").with("model", "virtio").holding(source()));
    });
    scope.edit("tpm", spec.tpm).apply(|wanted| {
        let model = if arm { "tpm-tis" } else { "tpm-crb" };
        let backend = || Element::new("backend").with("type", "emulator").with("version", "2.0");
        switch(devices, "tpm", wanted, || Element::new("tpm").with("model", model).holding(backend()));
    });
    let scsi = spec.disks.values().any(|disk| disk.bus == Some(DiskBus::Scsi));
    if scsi && !has_controller(devices, "scsi") {
        devices.push(Element::new("controller").with("type", "scsi").with("index", 0).with("model", "virtio-scsi"));
    }
}

/// Reads them.
pub(crate) fn read(domain: &Element, spec: &mut DomainSpec) {
    let Some(devices) = domain.child("devices") else { return };
    spec.guest_agent = Some(devices.named("channel").any(is_agent));
    spec.rng = Some(devices.child("rng").is_some());
    spec.tpm = Some(devices.child("tpm").is_some());
}

/// Gives a new domain what cannot be added while it runs: a bus for channels, and the memory balloon.
pub(crate) fn add_foundations(domain: &mut Element) {
    let microvm = Machine::of(domain) == Machine::Microvm;
    let devices = domain.child_or_new("devices");
    if microvm {
        // libvirt would put these on a PCI bus that is not there.
        devices.push(Element::new("controller").with("type", "usb").with("model", "none"));
        devices.push(Element::new("memballoon").with("model", "none"));
    } else {
        devices.push(Element::new("controller").with("type", "virtio-serial").with("index", 0));
        devices.push(Element::new("memballoon").with("model", "virtio"));
    }
}

/// Puts every virtio device of a machine without PCI on memory-mapped registers.
pub(crate) fn place_without_pci(domain: &mut Element) {
    if Machine::of(domain) != Machine::Microvm {
        return;
    }
    let virtio = |device: &Element| match device.name.as_str() {
        "disk" => device.attr_at(&["target"], "bus") == Some("virtio"),
        "interface" => device.attr_at(&["model"], "type") == Some("virtio"),
        "rng" | "filesystem" => true,
        "controller" => matches!(device.attr("type"), Some("virtio-serial" | "scsi")),
        _ => false,
    };
    for device in domain.child_or_new("devices").elements_mut().filter(|device| virtio(device)) {
        if device.child("address").is_none() {
            device.push(Element::new("address").with("type", "virtio-mmio"));
        }
    }
}

fn switch(devices: &mut Element, name: &str, wanted: Option<bool>, make: impl FnOnce() -> Element) {
    match (wanted, devices.child(name).is_some()) {
        (Some(true), false) => devices.push(make()),
        (Some(true), true) => {}
        (Some(false) | None, _) => devices.remove(name),
    }
}

fn is_agent(channel: &Element) -> bool {
    channel.attr_at(&["target"], "name") == Some(AGENT)
}

/// Whether a controller of the type is there.
pub(crate) fn has_controller(devices: &Element, kind: &str) -> bool {
    devices.named("controller").any(|controller| controller.attr("type") == Some(kind))
}
