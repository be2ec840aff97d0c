//! A host device passed through: a PCI function or a mediated device.

use model::spec::{HostDevice, HostDeviceKind};

use crate::libvirt::{domain::scope::Scope, xml::Element};

/// Makes a passed-through device that is not there yet.
pub(crate) fn new(spec: &HostDevice, scope: &Scope<'_>) -> Element {
    let mut hostdev = Element::new("hostdev").with("mode", "subsystem").with("type", "pci");
    apply(&mut hostdev, spec, scope);
    hostdev
}

/// Writes the device; its kind and address belong together.
pub(crate) fn apply(hostdev: &mut Element, spec: &HostDevice, scope: &Scope<'_>) {
    if !scope.touches("device") && !scope.touches("address") {
        return;
    }
    let Some(address) = &spec.address else { return };
    let source = match spec.device {
        Some(HostDeviceKind::Mdev) => {
            hostdev.set("type", "mdev");
            hostdev.set("model", "vfio-pci");
            hostdev.unset("managed");
            Element::new("address").with("uuid", address)
        }
        Some(HostDeviceKind::Pci) | None => {
            hostdev.set("type", "pci");
            hostdev.unset("model");
            hostdev.set("managed", "yes");
            pci_address(address)
        }
    };
    hostdev.put(Element::new("source").holding(source));
}

/// Reads a passed-through device.
pub(crate) fn read(hostdev: &Element) -> HostDevice {
    let device = match hostdev.attr("type") {
        Some("pci") => Some(HostDeviceKind::Pci),
        Some("mdev") => Some(HostDeviceKind::Mdev),
        _ => None,
    };
    HostDevice { device, address: address(hostdev) }
}

/// The host's address of the device: `0000:01:00.0`, or a mediated device's UUID.
pub(crate) fn address(hostdev: &Element) -> Option<String> {
    let address = hostdev.at(&["source", "address"])?;
    if let Some(uuid) = address.attr("uuid") {
        return Some(uuid.to_lowercase());
    }
    let part = |name| {
        let text = address.attr(name)?;
        u32::from_str_radix(text.trim_start_matches("0x"), 16).ok()
    };
    Some(format!("{:04x}:{:02x}:{:02x}.{:x}", part("domain")?, part("bus")?, part("slot")?, part("function")?))
}

/// The address element of `0000:01:00.0`; the domain may be left out.
fn pci_address(text: &str) -> Element {
    let (rest, function) = text.rsplit_once('.').unwrap_or((text, "0"));
    let mut parts = rest.rsplit(':');
    let (slot, bus, domain) = (parts.next(), parts.next(), parts.next());
    let hex = |part: Option<&str>| format!("0x{}", part.unwrap_or("0"));
    Element::new("address")
        .with("domain", hex(domain))
        .with("bus", hex(bus))
        .with("slot", hex(slot))
        .with("function", hex(Some(function)))
}
