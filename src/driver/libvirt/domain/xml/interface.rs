//! A network interface.

use model::{
    Bytes,
    spec::{Interface, InterfaceSource},
};

use crate::libvirt::{domain::scope::Scope, xml::Element};

/// Makes an interface that is not there yet.
pub(crate) fn new(spec: &Interface, scope: &Scope<'_>) -> Element {
    let mut interface = Element::new("interface").with("type", "user");
    apply(&mut interface, spec, scope);
    if interface.child("model").is_none() {
        interface.push(Element::new("model").with("type", "virtio"));
    }
    interface
}

/// Writes the fields in scope into an interface.
pub(crate) fn apply(interface: &mut Element, spec: &Interface, scope: &Scope<'_>) {
    scope.edit("source", spec.source.as_ref()).apply(|source| set_source(interface, source));
    scope.edit("mac", spec.mac.as_ref()).apply(|mac| {
        interface.remove("mac");
        if let Some(mac) = mac {
            interface.push(Element::new("mac").with("address", mac));
        }
    });
    scope.edit("model", spec.model.as_ref()).apply(|model| {
        let model = model.map_or("virtio", String::as_str);
        if interface.attr_at(&["model"], "type") != Some(model) {
            // Another model may not fit where the old one is plugged in.
            interface.remove("address");
            interface.put(Element::new("model").with("type", model));
        }
    });
    scope.edit("linkUp", spec.link_up).apply(|up| {
        interface.remove("link");
        if up == Some(false) {
            interface.push(Element::new("link").with("state", "down"));
        }
    });
    scope.edit("bandwidth", spec.bandwidth).apply(|rate| {
        interface.remove("bandwidth");
        if let Some(rate) = rate {
            let side = |name| Element::new(name).with("average", rate.as_kib());
            interface.push(Element::new("bandwidth").holding(side("inbound")).holding(side("outbound")));
        }
    });
    scope.edit("mtu", spec.mtu).apply(|mtu| {
        interface.remove("mtu");
        if let Some(mtu) = mtu {
            interface.push(Element::new("mtu").with("size", mtu));
        }
    });
}

/// Reads an interface.
pub(crate) fn read(interface: &Element) -> Interface {
    let attr = |path: &[&str], name| interface.attr_at(path, name).map(str::to_owned);
    Interface {
        source: source(interface),
        mac: attr(&["mac"], "address").map(|mac| mac.to_lowercase()),
        model: attr(&["model"], "type"),
        link_up: Some(attr(&["link"], "state").as_deref() != Some("down")),
        bandwidth: interface
            .attr_at(&["bandwidth", "inbound"], "average")
            .and_then(|average| average.parse().ok())
            .map(Bytes::kib),
        mtu: interface.attr_at(&["mtu"], "size").and_then(|size| size.parse().ok()),
    }
}

fn source(interface: &Element) -> Option<InterfaceSource> {
    // A running interface of a network shows the network and the bridge that it really is on.
    if let Some(network) = interface.attr_at(&["source"], "network") {
        return Some(InterfaceSource::Network(network.to_owned()));
    }
    Some(match interface.attr("type")? {
        "bridge" => InterfaceSource::Bridge(interface.attr_at(&["source"], "bridge")?.to_owned()),
        "user" => InterfaceSource::User,
        other => InterfaceSource::Other(other.to_owned()),
    })
}

fn set_source(interface: &mut Element, source: Option<&InterfaceSource>) {
    interface.remove("source");
    let (kind, element) = match source {
        Some(InterfaceSource::Network(name)) => ("network", Some(Element::new("source").with("network", name))),
        Some(InterfaceSource::Bridge(name)) => ("bridge", Some(Element::new("source").with("bridge", name))),
        Some(InterfaceSource::User) | None => ("user", None),
        Some(InterfaceSource::Other(kind)) => (kind.as_str(), None),
    };
    interface.set("type", kind);
    if let Some(element) = element {
        interface.push(element);
    }
}
