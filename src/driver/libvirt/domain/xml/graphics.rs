//! The display.

use model::spec::{DomainSpec, Graphics};

use crate::libvirt::{domain::scope::Scope, xml::Element};

/// Writes it; a display brings a video card, and its end takes the card away.
pub(crate) fn apply(domain: &mut Element, spec: &DomainSpec, scope: &Scope<'_>) {
    scope.edit("graphics", spec.graphics.as_ref()).apply(|graphics| {
        let devices = domain.child_or_new("devices");
        match graphics {
            None => {
                devices.remove("graphics");
                devices.remove("video");
            }
            Some(graphics) => put(devices, graphics),
        }
    });
}

/// Reads it.
pub(crate) fn read(domain: &Element, spec: &mut DomainSpec) {
    spec.graphics = domain.at(&["devices", "graphics"]).map(|graphics| Graphics {
        kind: graphics.attr("type").map(str::to_owned),
        listen: graphics.attr_at(&["listen"], "address").or_else(|| graphics.attr("listen")).map(str::to_owned),
    });
}

fn put(devices: &mut Element, graphics: &Graphics) {
    let kind = graphics.kind.as_deref().unwrap_or("vnc");
    let same = devices.attr_at(&["graphics"], "type") == Some(kind);
    if !same {
        devices.remove("graphics");
        devices.push(Element::new("graphics").with("type", kind).with("port", "-1").with("autoport", "yes"));
    }
    // A display that nobody gave an address listens on this host only.
    let listen = graphics.listen.as_deref().or((!same).then_some("127.0.0.1"));
    if let Some(listen) = listen {
        let display = devices.child_or_new("graphics");
        display.set("listen", listen);
        display.put(Element::new("listen").with("type", "address").with("address", listen));
    }
    if devices.child("video").is_none() {
        devices.push(Element::new("video").holding(Element::new("model").with("type", "virtio")));
    }
}
