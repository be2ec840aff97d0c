//! Networks: made, changed while guests are on them, restarted with every guest plugged in again.

mod document;
mod replug;
mod update;

use std::sync::{Mutex, PoisonError};

use model::{Address, Fingerprint, Kind, spec::NetworkSpec};
use plan::Mark;
use sha2::{Digest, Sha256};
use virt::{network::Network, sys};

use super::{
    LibvirtError,
    connections::{Limit, Link},
    domain::scope::Scope,
    mark,
    xml::Element,
};
use crate::Outcome;

pub(super) use document::{new as write, read};

/// Defines and starts a network; one of ours that is there already is brought to the specification.
pub(super) fn create(link: &Link<'_>, name: &str, spec: &NetworkSpec, mark: &Mark) -> Result<Outcome, LibvirtError> {
    let network = match lookup(link, name)? {
        None => define(link, &document::new(name, spec, mark::element(mark, &address(name))))?,
        Some(network) => {
            let before = inactive(link, &network)?;
            let ours = mark::read(&before).is_some_and(|found| found.owner == mark.owner);
            let same = spec.uuid.is_some() && before.text_of("uuid").and_then(|text| text.parse().ok()) == spec.uuid;
            if !ours && !same {
                return Err(LibvirtError::Foreign { what: "network", name: name.to_owned() });
            }
            redefine(link, name, &network, spec, &Scope::everything(), Some(mark))?
        }
    };
    activate(link, &network)?;
    finish(link, &network, spec, &Scope::everything())
}

/// Redefines a network; host names and fixed leases are changed while it runs.
pub(super) fn configure(
    link: &Link<'_>,
    name: &str,
    spec: &NetworkSpec,
    fields: &[model::FieldPath],
    mark: Option<&Mark>,
) -> Result<Outcome, LibvirtError> {
    let network = existing(link, name)?;
    let scope = Scope::fields(fields);
    let before = if link.read(|_| network.is_active())? { Some(active(link, &network)?) } else { None };
    let network = redefine(link, name, &network, spec, &scope, mark)?;
    let mut outcome = finish(link, &network, spec, &scope)?;
    if let Some(before) = before {
        update::apply(link, &network, &before, spec, &scope, &mut outcome)?;
        outcome.fingerprint = Some(fingerprints(link, &network)?);
    }
    Ok(outcome)
}

/// Redefines a network, stops and starts it, and plugs the interfaces of running domains in again.
pub(super) fn replace(link: &Link<'_>, name: &str, spec: &NetworkSpec, mark: &Mark) -> Result<Outcome, LibvirtError> {
    let Some(network) = lookup(link, name)? else { return create(link, name, spec, mark) };
    let network = redefine(link, name, &network, spec, &Scope::everything(), Some(mark))?;
    if link.read(|_| network.is_active())? {
        link.write(Limit::Start, |_| network.destroy())?;
    }
    activate(link, &network)?;
    let notes = replug::all(link, name)?;
    let mut outcome = finish(link, &network, spec, &Scope::everything())?;
    outcome.notes.extend(notes);
    Ok(outcome)
}

/// Starts a network.
pub(super) fn start(link: &Link<'_>, name: &str) -> Result<Outcome, LibvirtError> {
    let network = existing(link, name)?;
    let started = activate(link, &network)?;
    // Guests that ran on while it was stopped hang in the air.
    let notes = if started { replug::all(link, name)? } else { Vec::new() };
    Ok(Outcome { notes, fingerprint: Some(fingerprints(link, &network)?), ..Outcome::default() })
}

/// Marks a network as ours.
pub(super) fn adopt(link: &Link<'_>, name: &str, mark: &Mark) -> Result<Outcome, LibvirtError> {
    let network = existing(link, name)?;
    let mut document = inactive(link, &network)?;
    mark::put(&mut document, mark::element(mark, &address(name)));
    let network = define(link, &document)?;
    Ok(Outcome { fingerprint: Some(fingerprints(link, &network)?), ..Outcome::default() })
}

/// Takes our mark off; a network that is gone is fine.
pub(super) fn forget(link: &Link<'_>, name: &str) -> Result<Outcome, LibvirtError> {
    if let Some(network) = lookup(link, name)? {
        let mut document = inactive(link, &network)?;
        if mark::find(&document).is_some() {
            mark::remove(&mut document);
            define(link, &document)?;
        }
    }
    Ok(Outcome::default())
}

/// Stops and removes a network.
pub(super) fn delete(link: &Link<'_>, name: &str) -> Result<Outcome, LibvirtError> {
    let Some(network) = lookup(link, name)? else { return Ok(Outcome::default()) };
    if link.read(|_| network.is_active())? {
        link.write(Limit::Start, |_| network.destroy())?;
    }
    // A transient network is gone with its stop.
    match link.write(Limit::Quick, |_| network.undefine()) {
        Err(error) if !error.is_missing() => Err(error),
        Ok(()) | Err(_) => Ok(Outcome::default()),
    }
}

/// The fingerprint of a network's documents.
pub(super) fn fingerprint(config: &str, live: Option<&str>, autostart: bool) -> Fingerprint {
    let hash = |text: &str| {
        let mut hasher = Sha256::new();
        for line in text.lines() {
            // The first line tells how many interfaces are plugged in.
            let stable = if line.starts_with("<network") { "<network>" } else { line };
            hasher.update(stable);
            hasher.update("\n");
        }
        hex::encode(hasher.finalize())
    };
    let config = format!("{config}\n{}", if autostart { "autostart" } else { "" });
    Fingerprint { config: hash(&config), live: live.map(hash).unwrap_or_default() }
}

fn lookup(link: &Link<'_>, name: &str) -> Result<Option<Network>, LibvirtError> {
    link.find(|connect| connect.lookup_network_by_name(name))
}

fn existing(link: &Link<'_>, name: &str) -> Result<Network, LibvirtError> {
    lookup(link, name)?.ok_or_else(|| LibvirtError::Missing { what: "network", name: name.to_owned() })
}

fn inactive(link: &Link<'_>, network: &Network) -> Result<Element, LibvirtError> {
    let persistent = link.read(|_| network.is_persistent())?;
    let flags = if persistent { sys::VIR_NETWORK_XML_INACTIVE } else { 0 };
    Ok(Element::parse(&link.read(|_| network.xml_desc(flags))?)?)
}

fn active(link: &Link<'_>, network: &Network) -> Result<Element, LibvirtError> {
    Ok(Element::parse(&link.read(|_| network.xml_desc(0))?)?)
}

/// Defines a document. libvirt picks a bridge's name that none of its networks has, and adds the new one to them only
/// then: two defined at once get the same bridge, and the second never starts.
fn define(link: &Link<'_>, document: &Element) -> Result<Network, LibvirtError> {
    static TURN: Mutex<()> = Mutex::new(());
    let text = document.to_string();
    let _turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    link.write(Limit::Quick, |connect| connect.define_network_xml(&text))
}

fn redefine(
    link: &Link<'_>,
    name: &str,
    network: &Network,
    spec: &NetworkSpec,
    scope: &Scope<'_>,
    mark: Option<&Mark>,
) -> Result<Network, LibvirtError> {
    let mut document = inactive(link, network)?;
    if let Some(mark) = mark {
        mark::put(&mut document, mark::element(mark, &address(name)));
    }
    document::patch(&mut document, spec, scope);
    define(link, &document)
}

/// Starts the network where it is not; whether it did.
fn activate(link: &Link<'_>, network: &Network) -> Result<bool, LibvirtError> {
    if link.read(|_| network.is_active())? {
        return Ok(false);
    }
    link.write(Limit::Start, |_| network.create())?;
    Ok(true)
}

fn finish(link: &Link<'_>, network: &Network, spec: &NetworkSpec, scope: &Scope<'_>) -> Result<Outcome, LibvirtError> {
    if scope.touches("autostart")
        && let Some(wanted) = spec.autostart
        && link.read(|_| network.autostart())? != wanted
    {
        link.write(Limit::Quick, |_| network.set_autostart(wanted))?;
    }
    let shown = read(&inactive(link, network)?);
    if let Some(difference) = document::difference(spec, &shown, scope) {
        return Err(LibvirtError::NotTaken { difference });
    }
    Ok(Outcome { fingerprint: Some(fingerprints(link, network)?), ..Outcome::default() })
}

fn fingerprints(link: &Link<'_>, network: &Network) -> Result<Fingerprint, LibvirtError> {
    let config = link.read(|_| network.xml_desc(sys::VIR_NETWORK_XML_INACTIVE))?;
    let live = if link.read(|_| network.is_active())? { Some(link.read(|_| network.xml_desc(0))?) } else { None };
    let autostart = link.read(|_| network.autostart())?;
    Ok(fingerprint(&config, live.as_deref(), autostart))
}

fn address(name: &str) -> Address {
    Address::new(Kind::Network, name)
}

#[cfg(test)]
mod tests;
