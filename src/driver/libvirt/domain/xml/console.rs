//! The serial console, with a log that virtlogd keeps.

use std::path::PathBuf;

use model::spec::DomainSpec;

use crate::libvirt::{domain::scope::Scope, xml::Element};

/// Writes it: there is always a serial port, so that `console` works.
pub(crate) fn apply(domain: &mut Element, spec: &DomainSpec, scope: &Scope<'_>) {
    let log = spec.console.log.as_ref().map(|path| path.display());
    scope.below("console").edit("log", log).apply(|path| {
        let devices = domain.child_or_new("devices");
        if devices.child("serial").is_none() {
            devices.push(Element::new("serial").with("type", "pty"));
        }
        let has_console = devices.child("console").is_some();
        let logged = ["serial", "console"].into_iter().filter(|name| *name == "serial" || has_console);
        for name in logged {
            let device = devices.child_or_new(name);
            device.remove("log");
            if let Some(path) = &path {
                device.push(Element::new("log").with("file", path).with("append", "on"));
            }
        }
    });
}

/// Makes the serial port of a new domain.
pub(crate) fn add(domain: &mut Element) {
    domain.child_or_new("devices").push(Element::new("serial").with("type", "pty"));
}

/// Reads it.
pub(crate) fn read(domain: &Element, spec: &mut DomainSpec) {
    spec.console.log = ["serial", "console"]
        .into_iter()
        .find_map(|name| domain.attr_at(&["devices", name, "log"], "file"))
        .map(PathBuf::from);
}
