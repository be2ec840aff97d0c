//! A domain's document: made new from a specification, or patched from the one that libvirt holds.

use std::collections::BTreeMap;

use model::{Address, Kind, spec::DomainSpec};
use plan::Mark;

use super::{devices, scope::Scope, xml};
use crate::libvirt::{mark, xml::Element};

/// Makes the document of a domain that is not there yet.
pub(crate) fn new(name: &str, spec: &DomainSpec, mark: &Mark) -> Element {
    let mut domain = Element::new("domain").with("type", "qemu");
    domain.push(Element::with_text("name", name));
    if let Some(uuid) = spec.uuid {
        domain.push(Element::with_text("uuid", uuid.to_string()));
    }
    mark::put(&mut domain, mark::element(mark, &Address::new(Kind::Domain, name)));
    domain.push(Element::new("clock").with("offset", "utc"));
    domain.push(Element::with_text("on_poweroff", "destroy"));
    domain.push(Element::with_text("on_reboot", "restart"));
    domain.push(Element::with_text("on_crash", "destroy"));
    // Machine and CPU count come before the devices, which depend on them.
    xml::machine::apply(&mut domain, spec, &Scope::everything());
    if domain.at(&["os", "type"]).is_none() {
        domain.child_or_new("os").push(Element::with_text("type", "hvm"));
    }
    xml::extras::add_foundations(&mut domain);
    xml::console::add(&mut domain);
    write(&mut domain, spec, &Scope::everything(), &BTreeMap::new());
    if domain.child("memory").is_none() {
        domain.push(Element::with_text("memory", DEFAULT_MEMORY_KIB.to_string()).with("unit", "KiB"));
    }
    if domain.child("cpu").is_none()
        && let Some(mode) = usual_cpu(&domain)
    {
        domain.push(Element::new("cpu").with("mode", mode));
    }
    domain
}

/// The CPU of a domain that declares none, where libvirt's own choice would be a poor one: with KVM a processor of
/// 2003, emulating aarch64 one of 32 bits.
fn usual_cpu(domain: &Element) -> Option<&'static str> {
    match (domain.attr("type"), domain.attr_at(&["os", "type"], "arch")) {
        (Some("kvm"), _) => Some("host-passthrough"),
        (_, Some("aarch64")) => Some("maximum"),
        _ => None,
    }
}

/// What a domain without a declared size gets.
const DEFAULT_MEMORY_KIB: u64 = 512 * 1024;

/// Patches a document: only the fields in scope change, so that identities, addresses, the machine's version,
/// what other tools wrote, and snapshots' overlays (`overlays`, by disk) are kept.
pub(crate) fn patch(
    domain: &mut Element,
    spec: &DomainSpec,
    scope: &Scope<'_>,
    mark: Option<Element>,
    overlays: &BTreeMap<String, String>,
) {
    if let Some(mark) = mark {
        mark::put(domain, mark);
    }
    write(domain, spec, scope, overlays);
}

fn write(domain: &mut Element, spec: &DomainSpec, scope: &Scope<'_>, overlays: &BTreeMap<String, String>) {
    xml::metadata::apply(domain, spec, scope);
    xml::machine::apply(domain, spec, scope);
    xml::firmware::apply(domain, spec, scope);
    xml::boot::apply(domain, spec, scope);
    xml::cpu::apply(domain, spec, scope);
    xml::memory::apply(domain, spec, scope);
    devices::apply(domain, spec, scope, overlays);
    xml::console::apply(domain, spec, scope);
    xml::graphics::apply(domain, spec, scope);
    xml::extras::apply(domain, spec, scope);
    xml::boot::apply_order(domain, spec, scope);
    xml::extras::place_without_pci(domain);
    let slots = mark::read(domain).and_then(|found| found.hotplug_slots).or(spec.hotplug_slots);
    if let Some(slots) = slots {
        xml::ports::top_up(domain, slots);
    }
}
