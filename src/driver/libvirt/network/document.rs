//! A network's document, written and read.

use std::{collections::BTreeMap, net::Ipv4Addr};

use model::{
    Spec,
    spec::{DhcpHost, DhcpRange, ForwardMode, Ipv4, NetworkSpec},
};

use crate::libvirt::{domain::scope::Scope, mark, xml::Element};

/// The ways to the outside and their words; an isolated network has no `<forward>`.
const MODES: [(ForwardMode, &str); 4] = [
    (ForwardMode::Nat, "nat"),
    (ForwardMode::Route, "route"),
    (ForwardMode::Open, "open"),
    (ForwardMode::Bridge, "bridge"),
];

/// Makes the document of a network that is not there yet.
pub(crate) fn new(name: &str, spec: &NetworkSpec, mark: Element) -> Element {
    let mut network = Element::new("network").holding(Element::with_text("name", name));
    if let Some(uuid) = spec.uuid {
        network.push(Element::with_text("uuid", uuid.to_string()));
    }
    mark::put(&mut network, mark);
    patch(&mut network, spec, &Scope::everything());
    network
}

/// Patches a document in the fields in scope.
pub(crate) fn patch(network: &mut Element, spec: &NetworkSpec, scope: &Scope<'_>) {
    // How many interfaces are plugged in is libvirt's to tell.
    network.unset("connections");
    scope.edit("forward", spec.forward).apply(|mode| {
        network.remove("forward");
        if let Some((_, word)) = MODES.into_iter().find(|row| Some(row.0) == mode) {
            network.push(Element::new("forward").with("mode", word));
        }
    });
    scope.edit("bridge", spec.bridge.as_ref()).apply(|name| match name {
        Some(name) => network.child_or_new("bridge").set("name", name),
        None => network.remove("bridge"),
    });
    if spec.forward == Some(ForwardMode::Bridge)
        && let Some(bridge) = network.child_mut("bridge")
    {
        // These belong to bridges that libvirt makes itself.
        bridge.unset("stp");
        bridge.unset("delay");
    }
    scope.edit("mtu", spec.mtu).apply(|mtu| {
        network.remove("mtu");
        if let Some(mtu) = mtu {
            network.push(Element::new("mtu").with("size", mtu));
        }
    });
    scope.edit("domain", spec.domain.as_ref()).apply(|domain| {
        network.remove("domain");
        if let Some(domain) = domain {
            network.push(Element::new("domain").with("name", domain).with("localOnly", "yes"));
        }
    });
    let hosts = (!spec.dns_hosts.is_empty()).then_some(&spec.dns_hosts);
    scope.edit("dnsHosts", hosts).apply(|hosts| {
        let dns = network.child_or_new("dns");
        dns.remove("host");
        for (address, names) in hosts.into_iter().flatten() {
            dns.push(dns_host(address, names));
        }
        network.remove_if_empty("dns");
    });
    scope.edit("ipv4", spec.ipv4.as_ref()).apply(|ipv4| put_ipv4(network, ipv4));
}

/// Reads a document; whether the network starts by itself is not in it.
pub(crate) fn read(network: &Element) -> NetworkSpec {
    let forward = network.child("forward").map_or(Some(ForwardMode::Isolated), |forward| {
        let word = forward.attr("mode").unwrap_or("nat");
        MODES.into_iter().find(|row| row.1 == word).map(|row| row.0)
    });
    NetworkSpec {
        uuid: network.text_of("uuid").and_then(|text| text.parse().ok()),
        forward,
        bridge: network.attr_at(&["bridge"], "name").map(str::to_owned),
        mtu: network.attr_at(&["mtu"], "size").and_then(|size| size.parse().ok()),
        domain: network.attr_at(&["domain"], "name").map(str::to_owned),
        ipv4: network.named("ip").find(|ip| is_ipv4(ip)).map(read_ipv4),
        dns_hosts: dns_hosts(network),
        autostart: None,
    }
}

/// The host names that a network answers, by address.
pub(crate) fn dns_hosts(network: &Element) -> BTreeMap<String, Vec<String>> {
    let hosts = network.child("dns").into_iter().flat_map(|dns| dns.named("host"));
    hosts
        .filter_map(|host| Some((host.attr("ip")?.to_owned(), host.named("hostname").map(Element::text).collect())))
        .collect()
}

/// The element of host names for an address.
pub(crate) fn dns_host(address: &str, names: &[String]) -> Element {
    let host = Element::new("host").with("ip", address);
    names.iter().fold(host, |host, name| host.holding(Element::with_text("hostname", name)))
}

/// The element of a fixed lease.
pub(crate) fn dhcp_host(name: &str, host: &DhcpHost) -> Element {
    Element::new("host").with("mac", &host.mac).with("name", name).with("ip", &host.address)
}

/// The fields in scope that the specification sets and the reading shows otherwise.
pub(crate) fn difference(spec: &NetworkSpec, shown: &NetworkSpec, scope: &Scope<'_>) -> Option<String> {
    let (wanted, shown) = (Spec::Network(spec.clone()).fields(), Spec::Network(shown.clone()).fields());
    let differing = wanted.iter().find(|(path, value)| {
        let told = !matches!(path.as_str(), "uuid" | "autostart") && scope.touches_path(path);
        let empty = value.as_object().is_some_and(serde_json::Map::is_empty);
        told && !empty && shown.get(path) != Some(value)
    });
    differing.map(|(path, value)| match shown.get(path) {
        Some(shown) => format!("{path} is {shown}, not {value}"),
        None => format!("{path} is unset, not {value}"),
    })
}

fn put_ipv4(network: &mut Element, ipv4: Option<&Ipv4>) {
    let before = network.named("ip").find(|ip| is_ipv4(ip)).cloned();
    network.retain(|element| element.name != "ip" || !is_ipv4(element));
    let Some(ipv4) = ipv4 else { return };
    let mut ip = Element::new("ip").with("family", "ipv4");
    ip.set_or_remove("address", ipv4.address.as_ref());
    ip.set_or_remove("prefix", ipv4.prefix);
    let mut dhcp = Element::new("dhcp");
    if let Some(range) = &ipv4.dhcp_range {
        dhcp.push(Element::new("range").with("start", &range.start).with("end", &range.end));
    }
    for (name, host) in &ipv4.dhcp_hosts {
        dhcp.push(dhcp_host(name, host));
    }
    if dhcp.elements().next().is_some() {
        ip.push(dhcp);
    }
    // What we do not declare (TFTP, BOOTP) stays.
    let kept = before
        .into_iter()
        .flat_map(|before| before.elements().filter(|e| e.name == "tftp").cloned().collect::<Vec<_>>());
    kept.for_each(|element| ip.push(element));
    network.push(ip);
}

fn read_ipv4(ip: &Element) -> Ipv4 {
    let prefix = ip.attr("prefix").and_then(|prefix| prefix.parse().ok());
    let netmask = || ip.attr("netmask")?.parse::<Ipv4Addr>().ok().map(|mask| mask.to_bits().count_ones());
    let dhcp = ip.child("dhcp");
    let hosts = dhcp.into_iter().flat_map(|dhcp| dhcp.named("host"));
    Ipv4 {
        address: ip.attr("address").map(str::to_owned),
        prefix: prefix.or_else(|| netmask().and_then(|bits| u8::try_from(bits).ok())),
        dhcp_range: dhcp.and_then(|dhcp| dhcp.child("range")).and_then(|range| {
            Some(DhcpRange { start: range.attr("start")?.to_owned(), end: range.attr("end")?.to_owned() })
        }),
        dhcp_hosts: hosts
            .filter_map(|host| {
                let mac = host.attr("mac")?.to_lowercase();
                let name = host.attr("name").unwrap_or(&mac).to_owned();
                Some((name, DhcpHost { mac, address: host.attr("ip")?.to_owned() }))
            })
            .collect(),
    }
}

fn is_ipv4(ip: &Element) -> bool {
    ip.attr("family").is_none_or(|family| family == "ipv4")
}
