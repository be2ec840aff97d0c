//! What of a running network is changed in place: fixed leases and host names.

use std::collections::BTreeMap;

use model::{FieldPath, spec::NetworkSpec};
use virt::{network::Network, sys};

use super::document::{self, dhcp_host, dns_host};
use crate::{
    Outcome,
    libvirt::{
        LibvirtError,
        connections::{Limit, Link},
        domain::scope::Scope,
        xml::Element,
    },
};

const LIVE: sys::virNetworkUpdateFlags = sys::VIR_NETWORK_UPDATE_AFFECT_LIVE;

/// Changes the running network where that can be done, and notes what waits for its restart.
pub(super) fn apply(
    link: &Link<'_>,
    network: &Network,
    before: &Element,
    spec: &NetworkSpec,
    scope: &Scope<'_>,
    outcome: &mut Outcome,
) -> Result<(), LibvirtError> {
    let shown = document::read(before);
    let ipv4 = scope.below("ipv4");
    if scope.touches("dnsHosts") {
        let wanted = elements(&spec.dns_hosts, |address, names| dns_host(address, names));
        let there = elements(&shown.dns_hosts, |address, names| dns_host(address, names));
        exchange(link, network, sys::VIR_NETWORK_SECTION_DNS_HOST, &there, &wanted)?;
    }
    if ipv4.touches("dhcpHosts") {
        let hosts = |spec: &NetworkSpec| {
            let hosts = spec.ipv4.as_ref().map(|ipv4| ipv4.dhcp_hosts.clone()).unwrap_or_default();
            elements(&hosts, dhcp_host)
        };
        exchange(link, network, sys::VIR_NETWORK_SECTION_IP_DHCP_HOST, &hosts(&shown), &hosts(spec))?;
    }
    for field in ["forward", "bridge", "mtu", "domain", "ipv4.address", "ipv4.prefix", "ipv4.dhcpRange"] {
        let path = FieldPath::from(field);
        if scope.touches_path(&path) && differs(spec, &shown, field) {
            outcome.notes.push(format!("{field} takes effect when the network is restarted"));
            outcome.pending.push(path);
        }
    }
    Ok(())
}

fn differs(spec: &NetworkSpec, shown: &NetworkSpec, field: &str) -> bool {
    let below = |spec: &NetworkSpec| -> BTreeMap<_, _> {
        let fields = model::Spec::Network(spec.clone()).fields();
        fields.into_iter().filter(|(path, _)| path.is_within(field)).collect()
    };
    below(spec) != below(shown)
}

/// Each entry's element by its key.
fn elements<T>(entries: &BTreeMap<String, T>, write: impl Fn(&str, &T) -> Element) -> BTreeMap<String, String> {
    entries.iter().map(|(key, value)| (key.clone(), write(key, value).to_string())).collect()
}

/// Takes out what is gone or differs, then puts in what is new: libvirt cannot change all parts of an entry.
fn exchange(
    link: &Link<'_>,
    network: &Network,
    section: sys::virNetworkUpdateSection,
    there: &BTreeMap<String, String>,
    wanted: &BTreeMap<String, String>,
) -> Result<(), LibvirtError> {
    for (_, entry) in there.iter().filter(|(key, entry)| wanted.get(*key) != Some(entry)) {
        let delete = sys::VIR_NETWORK_UPDATE_COMMAND_DELETE;
        link.write(Limit::Quick, |_| network.update(delete, section, -1, entry, LIVE))?;
    }
    for (_, entry) in wanted.iter().filter(|(key, entry)| there.get(*key) != Some(entry)) {
        let add = sys::VIR_NETWORK_UPDATE_COMMAND_ADD_LAST;
        link.write(Limit::Quick, |_| network.update(add, section, -1, entry, LIVE))?;
    }
    Ok(())
}
