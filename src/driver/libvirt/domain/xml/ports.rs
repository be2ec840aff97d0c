//! Spare PCIe root ports: what is plugged into a running PCIe machine needs one that was there at its start.

use std::collections::BTreeSet;

use super::machine::Machine;
use crate::libvirt::xml::Element;

/// Adds root ports until `spare` will be free once every device has its own.
pub(crate) fn top_up(domain: &mut Element, spare: u32) {
    if Machine::of(domain) != Machine::Pcie {
        return;
    }
    let devices = domain.child_or_new("devices");
    let unplaced = devices.elements().filter(|device| device.child("address").is_none() && needs_port(device)).count();
    // A domain that libvirt has not seen yet gets its USB controller (and with it a taken port) from libvirt.
    let usb = usize::from(!devices.elements().any(|e| e.name == "controller" && e.attr("type") == Some("usb")));
    let wanted = unplaced + usb + spare as usize;
    // libvirt numbers controllers in the order in which they come, and the root complex has to be the first.
    if !devices.named("controller").any(|controller| controller.attr("model") == Some("pcie-root")) {
        devices.push(Element::new("controller").with("type", "pci").with("index", 0).with("model", "pcie-root"));
    }
    for _ in free(devices)..wanted {
        devices.push(Element::new("controller").with("type", "pci").with("model", "pcie-root-port"));
    }
}

/// How many root ports of the domain nothing is plugged into.
pub(crate) fn free_slots(domain: &Element) -> u32 {
    if Machine::of(domain) != Machine::Pcie {
        return 0;
    }
    domain.child("devices").map_or(0, |devices| u32::try_from(free(devices)).unwrap_or(u32::MAX))
}

fn free(devices: &Element) -> usize {
    let used: BTreeSet<u32> = devices
        .elements()
        .filter_map(|device| device.child("address"))
        .filter(|address| address.attr("type") == Some("pci"))
        .filter_map(|address| u32::from_str_radix(address.attr("bus")?.trim_start_matches("0x"), 16).ok())
        .collect();
    devices
        .named("controller")
        .filter(|controller| controller.attr("model") == Some("pcie-root-port"))
        .filter(|port| {
            port.attr("index").and_then(|index| index.parse().ok()).is_none_or(|bus: u32| !used.contains(&bus))
        })
        .count()
}

/// Whether libvirt plugs the device into a root port.
fn needs_port(device: &Element) -> bool {
    match device.name.as_str() {
        "disk" => device.attr_at(&["target"], "bus") == Some("virtio"),
        "interface" | "rng" | "filesystem" => true,
        "hostdev" => device.attr("type") == Some("pci"),
        "memballoon" => device.attr("model") != Some("none"),
        "controller" => matches!(device.attr("type"), Some("virtio-serial" | "scsi")),
        _ => false,
    }
}
