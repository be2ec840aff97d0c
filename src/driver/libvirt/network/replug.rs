//! Plugs running domains into a network again after it was restarted: its bridge is a new one, and their taps
//! hang in the air.

use std::{path::Path, process::Command};

use virt::{domain::Domain, sys};

use crate::libvirt::{
    LibvirtError,
    connections::{Limit, Link},
    xml::Element,
};

/// Plugs every running domain's interfaces on the network in again; what to tell the owner.
pub(super) fn all(link: &Link<'_>, network: &str) -> Result<Vec<String>, LibvirtError> {
    let mut notes = Vec::new();
    for domain in link.read(|connect| connect.list_all_domains(sys::VIR_CONNECT_LIST_DOMAINS_ACTIVE))? {
        let Some(text) = link.find(|_| domain.xml_desc(0))? else { continue };
        let document = Element::parse(&text)?;
        let interfaces = document.child("devices").into_iter().flat_map(|devices| devices.named("interface"));
        for interface in interfaces.filter(|e| e.attr_at(&["source"], "network") == Some(network)) {
            if let Err(error) = plug(link, &domain, interface) {
                let name = document.text_of("name").unwrap_or_default();
                let mac = interface.attr_at(&["mac"], "address").unwrap_or("an interface");
                notes.push(format!("{mac} of domain {name} could not be plugged in again: {error}"));
            }
        }
    }
    Ok(notes)
}

fn plug(link: &Link<'_>, domain: &Domain, interface: &Element) -> Result<(), LibvirtError> {
    let mut wanted = interface.clone();
    let tap = wanted.attr_at(&["target"], "dev").map(str::to_owned);
    let bridge = wanted.attr_at(&["source"], "bridge").map(str::to_owned);
    wanted.remove("target");
    if let Some(source) = wanted.child_mut("source") {
        // Both are of the network that was stopped.
        source.unset("portid");
        source.unset("bridge");
    }
    let text = wanted.to_string();
    link.write(Limit::Quick, |_| domain.update_device_flags(&text, sys::VIR_DOMAIN_AFFECT_LIVE))?;
    // libvirt sees the same network name and leaves the tap where it is: nowhere.
    match (tap, bridge) {
        (Some(tap), Some(bridge)) if is_loose(&tap) => enslave(&tap, &bridge),
        _ => Ok(()),
    }
}

/// Whether a tap of this host is on no bridge.
fn is_loose(tap: &str) -> bool {
    let device = Path::new("/sys/class/net").join(tap);
    device.exists() && !device.join("master").exists()
}

fn enslave(tap: &str, bridge: &str) -> Result<(), LibvirtError> {
    let output = Command::new("ip").args(["link", "set", "dev", tap, "master", bridge]).output();
    let output = output.map_err(|source| LibvirtError::File { verb: "run", path: "ip".into(), source })?;
    if output.status.success() {
        return Ok(());
    }
    let output = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(LibvirtError::Program { program: "ip link set", output })
}
