//! What is booted: a kernel of the host's, or devices in an order.

use std::path::PathBuf;

use model::spec::DomainSpec;

use crate::libvirt::{
    domain::{alias::Named, scope::Scope},
    xml::Element,
};

/// Writes the kernel; the order of devices is [`apply_order`]'s.
pub(crate) fn apply(domain: &mut Element, spec: &DomainSpec, scope: &Scope<'_>) {
    let scope = scope.below("boot");
    let mut put = |name: &str, value: Option<String>| domain.child_or_new("os").put_text(name, value);
    let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.display().to_string());
    scope.edit("kernel", path(&spec.boot.kernel)).apply(|kernel| put("kernel", kernel));
    scope.edit("initrd", path(&spec.boot.initrd)).apply(|initrd| put("initrd", initrd));
    scope.edit("cmdline", spec.boot.cmdline.clone()).apply(|cmdline| put("cmdline", cmdline));
}

/// Writes the order of devices, once they are all there.
pub(crate) fn apply_order(domain: &mut Element, spec: &DomainSpec, scope: &Scope<'_>) {
    let order = (!spec.boot.order.is_empty()).then_some(&spec.boot.order);
    let named = scope.below("boot").touches("order");
    // A device that is added may have a place in the order.
    let added = ["disks", "interfaces"].into_iter().any(|devices| scope.touches(devices));
    let wanted = match order {
        Some(_) => named || added,
        None => named && scope.is_named(),
    };
    if !wanted {
        return;
    }
    // libvirt takes either an order of devices or one of kinds of device.
    if let (Some(_), Some(os)) = (order, domain.child_mut("os")) {
        os.remove("boot");
    }
    for kind in [Named::Disk, Named::Interface] {
        for device in domain.child_or_new("devices").elements_mut().filter(|e| e.name == kind.element()) {
            let place = kind.key(device).and_then(|key| order?.iter().position(|name| *name == key));
            device.remove("boot");
            if let Some(place) = place {
                device.push(Element::new("boot").with("order", place + 1));
            }
        }
    }
}

/// Reads both.
pub(crate) fn read(domain: &Element, spec: &mut DomainSpec) {
    let os = domain.child("os");
    let text = |name| os.and_then(|os| os.child(name)).map(Element::whole_text).filter(|text| !text.is_empty());
    spec.boot.kernel = text("kernel").map(PathBuf::from);
    spec.boot.initrd = text("initrd").map(PathBuf::from);
    spec.boot.cmdline = text("cmdline");
    let mut order: Vec<(u32, String)> = Vec::new();
    for kind in [Named::Disk, Named::Interface] {
        for device in domain.child("devices").into_iter().flat_map(|devices| devices.named(kind.element())) {
            let place = device.attr_at(&["boot"], "order").and_then(|order| order.parse().ok());
            order.extend(place.zip(kind.key(device)));
        }
    }
    order.sort();
    spec.boot.order = order.into_iter().map(|(_, name)| name).collect();
}
