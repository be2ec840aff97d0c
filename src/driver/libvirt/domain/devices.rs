//! Devices that have names: which are added, changed and taken away in a document.

use std::collections::{BTreeMap, BTreeSet};

use model::spec::{Disk, DomainSpec, Filesystem, HostDevice, Interface};

use super::{
    alias::Named,
    scope::Scope,
    xml::{disk, filesystem, hostdev, interface},
};
use crate::libvirt::xml::Element;

/// Writes every named device in scope.
pub(crate) fn apply(domain: &mut Element, spec: &DomainSpec, scope: &Scope<'_>, overlays: &BTreeMap<String, String>) {
    disks(domain, spec, scope, overlays);
    interfaces(domain, spec, scope);
    let devices = domain.child_or_new("devices");
    keyed(devices, Named::Filesystem, &spec.filesystems, &scope.below("filesystems"), &Filesystems);
    keyed(devices, Named::HostDevice, &spec.host_devices, &scope.below("hostDevices"), &HostDevices);
}

/// The device of that name.
pub(crate) fn find<'a>(domain: &'a Element, kind: Named, name: &str) -> Option<&'a Element> {
    domain.child("devices")?.named(kind.element()).find(|device| kind.key(device).as_deref() == Some(name))
}

/// The device of that name, to change.
pub(crate) fn find_mut<'a>(devices: &'a mut Element, kind: Named, name: &str) -> Option<&'a mut Element> {
    devices.elements_mut().find(|device| device.name == kind.element() && kind.key(device).as_deref() == Some(name))
}

/// How one kind of device is written.
trait Form<T> {
    fn make(&self, spec: &T, scope: &Scope<'_>) -> Element;
    fn change(&self, device: &mut Element, name: &str, spec: &T, scope: &Scope<'_>);
    /// Whether an unnamed device is the one that the specification means.
    fn is(&self, _device: &Element, _spec: &T) -> bool {
        false
    }
}

struct Disks<'a> {
    taken: Vec<String>,
    overlays: &'a BTreeMap<String, String>,
}
struct Interfaces;
struct Filesystems;
struct HostDevices;

impl Form<Disk> for Disks<'_> {
    fn make(&self, spec: &Disk, scope: &Scope<'_>) -> Element {
        disk::new(spec, scope, &self.taken)
    }

    fn change(&self, device: &mut Element, name: &str, spec: &Disk, scope: &Scope<'_>) {
        let kept = self.overlays.contains_key(name);
        let source = if kept { disk::SourceEdit::KeptOverlay } else { disk::SourceEdit::Allowed };
        disk::apply(device, spec, scope, &self.taken, source);
    }

    fn is(&self, device: &Element, spec: &Disk) -> bool {
        spec.source.is_some() && disk::source(device) == spec.source
    }
}

impl Form<Interface> for Interfaces {
    fn make(&self, spec: &Interface, scope: &Scope<'_>) -> Element {
        interface::new(spec, scope)
    }

    fn change(&self, device: &mut Element, _: &str, spec: &Interface, scope: &Scope<'_>) {
        interface::apply(device, spec, scope);
    }

    fn is(&self, device: &Element, spec: &Interface) -> bool {
        spec.mac.is_some() && interface::read(device).mac == spec.mac
    }
}

impl Form<Filesystem> for Filesystems {
    fn make(&self, spec: &Filesystem, scope: &Scope<'_>) -> Element {
        filesystem::new(spec, scope)
    }

    fn change(&self, device: &mut Element, _: &str, spec: &Filesystem, scope: &Scope<'_>) {
        filesystem::apply(device, spec, scope);
    }
}

impl Form<HostDevice> for HostDevices {
    fn make(&self, spec: &HostDevice, scope: &Scope<'_>) -> Element {
        hostdev::new(spec, scope)
    }

    fn change(&self, device: &mut Element, _: &str, spec: &HostDevice, scope: &Scope<'_>) {
        hostdev::apply(device, spec, scope);
    }
}

/// Disks in the order of boot, then of names: the guest's first disk is the one it boots from.
fn disks(domain: &mut Element, spec: &DomainSpec, scope: &Scope<'_>, overlays: &BTreeMap<String, String>) {
    let scope = scope.below("disks");
    let devices = domain.child_or_new("devices");
    let mut form = Disks { taken: Vec::new(), overlays };
    let rank = |name: &str| spec.boot.order.iter().position(|booted| booted == name).unwrap_or(usize::MAX);
    let mut names: Vec<&String> = spec.disks.keys().collect();
    names.sort_by_key(|name| (rank(name), *name));
    remove_undeclared(devices, Named::Disk, &spec.disks, &scope);
    for name in names {
        form.taken = devices.named("disk").filter_map(disk::target).map(str::to_owned).collect();
        put(devices, Named::Disk, name, &spec.disks[name], &scope, &form);
    }
}

fn interfaces(domain: &mut Element, spec: &DomainSpec, scope: &Scope<'_>) {
    let scope = scope.below("interfaces");
    keyed(domain.child_or_new("devices"), Named::Interface, &spec.interfaces, &scope, &Interfaces);
}

fn keyed<T>(devices: &mut Element, kind: Named, wanted: &BTreeMap<String, T>, scope: &Scope<'_>, form: &impl Form<T>) {
    remove_undeclared(devices, kind, wanted, scope);
    for (name, spec) in wanted {
        put(devices, kind, name, spec, scope, form);
    }
}

/// Takes away what the fields name and the specification no longer has; devices of others stay.
fn remove_undeclared<T>(devices: &mut Element, kind: Named, wanted: &BTreeMap<String, T>, scope: &Scope<'_>) {
    if !scope.is_named() {
        return;
    }
    let gone: BTreeSet<String> = devices
        .named(kind.element())
        .filter_map(|device| kind.key(device))
        .filter(|key| !wanted.contains_key(key) && scope.names(key))
        .collect();
    devices.retain(|device| device.name != kind.element() || kind.key(device).is_none_or(|key| !gone.contains(&key)));
}

fn put<T>(devices: &mut Element, kind: Named, name: &str, spec: &T, scope: &Scope<'_>, form: &impl Form<T>) {
    if !scope.touches(name) {
        return;
    }
    let below = scope.below(name);
    if let Some(device) = find_mut(devices, kind, name) {
        form.change(device, name, spec, &below);
        return;
    }
    let unnamed = devices
        .elements_mut()
        .find(|device| device.name == kind.element() && kind.name(device).is_none() && form.is(device, spec));
    match unnamed {
        Some(device) => {
            device.put(Element::new("alias").with("name", kind.alias(name)));
            form.change(device, name, spec, &below);
        }
        None => {
            let device = form.make(spec, &Scope::everything());
            devices.push(device.holding(Element::new("alias").with("name", kind.alias(name))));
        }
    }
}
