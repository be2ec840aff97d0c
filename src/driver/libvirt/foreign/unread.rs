//! What a document says that is lost when it is read into our terms and written again.

use std::collections::BTreeSet;

use crate::libvirt::xml::Element;

/// What libvirt makes by itself, or tells only of a domain that runs.
const LIBVIRT_S: [&str; 22] = [
    "address",
    "alias",
    "allocation",
    "audio",
    "available",
    "capacity",
    "console",
    "controller",
    "currentMemory",
    "emulator",
    "input",
    "key",
    "memballoon",
    "mac",
    "on_crash",
    "on_poweroff",
    "on_reboot",
    "permissions",
    "resource",
    "seclabel",
    "uuid",
    "video",
];
/// Attributes of that sort.
const LIBVIRT_S_ATTRIBUTES: [&str; 12] = [
    "autoport",
    "check",
    "connections",
    "delay",
    "id",
    "index",
    "machine",
    "migratable",
    "placement",
    "port",
    "stp",
    "unit",
];

/// What is not told although it is lost: a disk that is not here is told by its file, and which serial port a console
/// is on is the machine's own matter.
const UNTOLD: [&str; 2] = ["/devices/disk", "/devices/serial/target"];

/// What `given` says and `written` does not, each as a line to read.
pub(super) fn told(given: &Element, written: &Element) -> Vec<String> {
    let mut known = BTreeSet::new();
    gather(written, "", &mut known);
    let mut lines = Vec::new();
    compare(given, "", &known, &mut lines);
    lines.dedup();
    lines
}

fn gather(element: &Element, path: &str, known: &mut BTreeSet<String>) {
    for (name, value) in element.attributes() {
        known.insert(format!("{path}@{name}"));
        known.insert(format!("{path}@{name}={value}"));
    }
    for child in element.elements() {
        let path = format!("{path}/{}", child.name);
        known.insert(path.clone());
        gather(child, &path, known);
    }
}

fn compare(element: &Element, path: &str, known: &BTreeSet<String>, lines: &mut Vec<String>) {
    for (name, value) in element.attributes() {
        let matters = !LIBVIRT_S_ATTRIBUTES.contains(&name) && !name.starts_with("xmlns") && !path.is_empty();
        // The clock is written, but always as UTC.
        let lost = if path == "/clock" {
            !known.contains(&format!("{path}@{name}={value}"))
        } else {
            !known.contains(&format!("{path}@{name}"))
        };
        // A disk's file is told as its volume.
        let told = path == "/devices/disk/source";
        if matters && lost && !told {
            lines.push(format!("{name}=\"{value}\" of <{}> is not carried over", shown(path)));
        }
    }
    for child in element.elements().filter(|child| !LIBVIRT_S.contains(&child.name.as_str())) {
        let path = format!("{path}/{}", child.name);
        if known.contains(&path) {
            compare(child, &path, known, lines);
        } else if !UNTOLD.contains(&path.as_str()) {
            lines.push(format!("<{}> is not carried over", described(child, &path)));
        }
    }
}

/// An element's place, without what every device has before it.
fn shown(path: &str) -> String {
    path.trim_start_matches('/').trim_start_matches("devices/").replace('/', "> <")
}

fn described(element: &Element, path: &str) -> String {
    let attributes = element.attributes().filter(|(name, _)| !name.starts_with("xmlns"));
    let attributes: String = attributes.map(|(name, value)| format!(" {name}=\"{value}\"")).collect();
    format!("{}{attributes}", shown(path))
}
