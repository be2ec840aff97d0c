//! Title, description, labels and our mark.

use model::spec::DomainSpec;

use crate::libvirt::{domain::scope::Scope, mark, xml::Element};

/// Writes the texts and labels.
pub(crate) fn apply(domain: &mut Element, spec: &DomainSpec, scope: &Scope<'_>) {
    scope.edit("title", spec.title.as_ref()).apply(|title| domain.put_text("title", title));
    scope.edit("description", spec.description.as_ref()).apply(|text| domain.put_text("description", text));
    if scope.touches("labels") {
        mark::set_labels(domain, &spec.labels);
    }
    scope.edit("hotplugSlots", spec.hotplug_slots).apply(|slots| mark::set_hotplug_slots(domain, slots));
}

/// Reads them.
pub(crate) fn read(domain: &Element, spec: &mut DomainSpec) {
    spec.title = domain.child("title").map(Element::whole_text);
    spec.description = domain.child("description").map(Element::whole_text);
    if let Some(found) = mark::read(domain) {
        spec.labels = found.labels;
        spec.hotplug_slots = found.hotplug_slots;
    }
}
