//! Networks of libvirt and Docker, and which of them an interface is plugged into.

use std::net::Ipv4Addr;

use ipnet::{IpNet, Ipv4Net};
use model::{
    Address, Kind, Policy, Resource, SourcePos, Spec,
    spec::{DhcpHost, DhcpRange, DockerNetworkSpec, DockerSubnet, ForwardMode, Ipv4, NetworkSpec},
    uuid_for,
};

use super::Lowering;
use crate::{
    compose::ResolvedUnit,
    manifest::{Ipv4Options, NetworkMode, NetworkOptions, VolumeBackend},
    nearest,
    problem::{GuestProblem, ReferenceProblem, ValueProblem},
    unit::Nic,
};

/// Declares one network.
pub(super) fn declare(lowering: &mut Lowering<'_>, name: &str, network: &NetworkOptions) {
    let at = lowering.manifest.positions.of(&["networks", name]).cloned();
    refuse_options_of_the_other_backend(lowering, name, network);
    let (address, spec) = match network.backend {
        VolumeBackend::Libvirt => {
            let address = Address::new(Kind::Network, name);
            let spec = Spec::Network(libvirt(lowering, name, network, &address));
            (address, spec)
        }
        VolumeBackend::Docker => {
            (Address::new(Kind::DockerNetwork, name), Spec::DockerNetwork(docker(lowering, name, network)))
        }
    };
    let policy = Policy {
        deletion: network.deletion_policy,
        protect: network.protect,
        adopt: network.adopt,
        ..Policy::default()
    };
    let resource = Resource { policy, declared_at: at, ..Resource::new(spec) };
    lowering.add(address, resource, format!("`networks.{name}`"));
}

fn libvirt(lowering: &mut Lowering<'_>, name: &str, network: &NetworkOptions, address: &Address) -> NetworkSpec {
    if network.mode == NetworkMode::Bridge && network.bridge.is_none() {
        let reason = "in mode `bridge` it joins a bridge of the host";
        miss(lowering, name, "bridge", reason, "set `bridge` to its name, such as \"br0\"");
    }
    if network.ipv4.is_none() && matches!(network.mode, NetworkMode::Nat | NetworkMode::Route | NetworkMode::Open) {
        let reason = "its guests reach the outside through the host's address on it";
        miss(lowering, name, "ipv4", reason, "set `ipv4.address`, such as \"192.168.150.1\", or `mode = \"isolated\"`");
    }
    if let Some(bridge) = network.bridge.as_ref().filter(|bridge| bridge.is_empty() || bridge.len() > 15) {
        let reason = format!("`{bridge}` cannot name an interface: expected 1 to 15 characters");
        refuse(lowering, name, "bridge", reason);
    }
    NetworkSpec {
        uuid: Some(uuid_for(lowering.settings.owner, address)),
        forward: Some(match network.mode {
            NetworkMode::Nat => ForwardMode::Nat,
            NetworkMode::Route => ForwardMode::Route,
            NetworkMode::Open => ForwardMode::Open,
            NetworkMode::Isolated => ForwardMode::Isolated,
            NetworkMode::Bridge => ForwardMode::Bridge,
        }),
        bridge: network.bridge.clone(),
        mtu: network.mtu,
        domain: network.domain.clone(),
        ipv4: network.ipv4.as_ref().and_then(|ipv4| addresses(lowering, name, ipv4)),
        dns_hosts: network.dns_hosts.clone(),
        autostart: Some(network.autostart),
    }
}

fn refuse_options_of_the_other_backend(lowering: &mut Lowering<'_>, name: &str, network: &NetworkOptions) {
    let (given, own, other, word) = match network.backend {
        VolumeBackend::Libvirt => (
            vec![
                ("subnet", network.subnet.is_some()),
                ("gateway", network.gateway.is_some()),
                ("internal", network.internal),
                ("options", !network.options.is_empty()),
                ("labels", !network.labels.is_empty()),
            ],
            "libvirt's",
            "Docker's",
            "docker",
        ),
        VolumeBackend::Docker => (
            vec![
                ("bridge", network.bridge.is_some()),
                ("mtu", network.mtu.is_some()),
                ("domain", network.domain.is_some()),
                ("ipv4", network.ipv4.is_some()),
                ("dnsHosts", !network.dns_hosts.is_empty()),
            ],
            "Docker's",
            "libvirt's",
            "libvirt",
        ),
    };
    for (option, _) in given.into_iter().filter(|(_, given)| *given) {
        let reason = format!("it is an option of {other} networks, and this one is {own}");
        refuse_with(lowering, name, option, reason, Some(format!("remove it, or set `backend = \"{word}\"`")));
    }
}

fn addresses(lowering: &mut Lowering<'_>, name: &str, options: &Ipv4Options) -> Option<Ipv4> {
    let host = address(lowering, name, "ipv4.address", &options.address)?;
    let Ok(range) = Ipv4Net::new(host, options.prefix) else {
        refuse(
            lowering,
            name,
            "ipv4.prefix",
            format!("`{}` is no length of a prefix: expected 0 to 32", options.prefix),
        );
        return None;
    };
    let mut dhcp_hosts = std::collections::BTreeMap::new();
    for (host_name, lease) in &options.dhcp.hosts {
        let option = format!("ipv4.dhcp.hosts.{host_name}");
        let Some(leased) = address(lowering, name, &format!("{option}.address"), &lease.address) else { continue };
        let Some(mac) = canonical_mac(&lease.mac) else {
            refuse(lowering, name, &format!("{option}.mac"), not_a_mac(&lease.mac));
            continue;
        };
        inside(lowering, name, &format!("{option}.address"), leased, range);
        dhcp_hosts.insert(host_name.clone(), DhcpHost { mac, address: leased.to_string() });
    }
    Some(Ipv4 {
        address: Some(host.to_string()),
        prefix: Some(options.prefix),
        dhcp_range: options.dhcp.enable.then(|| dhcp_range(lowering, name, options, host, range)).flatten(),
        dhcp_hosts,
    })
}

/// What DHCP hands out: as declared, else the longer side of the host's own address.
fn dhcp_range(
    lowering: &mut Lowering<'_>,
    name: &str,
    options: &Ipv4Options,
    host: Ipv4Addr,
    range: Ipv4Net,
) -> Option<DhcpRange> {
    let (first, last) = (u32::from(range.network()).saturating_add(1), u32::from(range.broadcast()).saturating_sub(1));
    let own = u32::from(host);
    let (free_first, free_last) = if last.saturating_sub(own) >= own.saturating_sub(first) {
        (own.saturating_add(1), last)
    } else {
        (first, own - 1)
    };
    let mut end = |option: &str, text: &Option<String>, free: u32| match text {
        Some(text) => {
            let address = address(lowering, name, option, text)?;
            inside(lowering, name, option, address, range);
            Some(address)
        }
        None => Some(Ipv4Addr::from(free)),
    };
    let start = end("ipv4.dhcp.start", &options.dhcp.start, free_first)?;
    let last = end("ipv4.dhcp.end", &options.dhcp.end, free_last)?;
    if last < start {
        refuse(lowering, name, "ipv4.dhcp", format!("it ends with {last}, before it starts with {start}"));
        return None;
    }
    Some(DhcpRange { start: start.to_string(), end: last.to_string() })
}

fn docker(lowering: &mut Lowering<'_>, name: &str, network: &NetworkOptions) -> DockerNetworkSpec {
    let range = network.subnet.as_ref().and_then(|text| match text.parse::<IpNet>() {
        Ok(range) => Some(range.trunc()),
        Err(_) => {
            refuse(lowering, name, "subnet", format!("`{text}` is no subnet: expected one such as \"172.20.0.0/16\""));
            None
        }
    });
    if let Some(gateway) = &network.gateway {
        let reason = match (gateway.parse::<std::net::IpAddr>(), range) {
            (Err(_), _) => Some(format!("`{gateway}` is no address")),
            (Ok(address), Some(range)) if !range.contains(&address) => {
                Some(format!("{address} is outside of the subnet {range}"))
            }
            (Ok(_), None) if network.subnet.is_none() => Some("a gateway needs a `subnet` around it".to_owned()),
            _ => None,
        };
        if let Some(reason) = reason {
            refuse(lowering, name, "gateway", reason);
        }
    }
    let subnet = range.map(|range| DockerSubnet { cidr: Some(range.to_string()), gateway: network.gateway.clone() });
    DockerNetworkSpec {
        driver: Some(network.driver.clone()),
        subnet,
        internal: network.internal.then_some(true),
        options: network.options.clone(),
        labels: network.labels.clone(),
    }
}

/// The declared network that an interface is plugged into: by name, or by capability (a network of that name first,
/// then the first one that offers it).
///
/// `Ok(None)` where none is declared for the capability `default`; the caller knows what its backend has by itself.
pub(super) fn of_nic(
    lowering: &mut Lowering<'_>,
    unit: &ResolvedUnit,
    nic: &Nic,
    index: usize,
    backend: VolumeBackend,
) -> Option<String> {
    let declared = &lowering.manifest.hypervisor.networks;
    let place = index.to_string();
    let field = if nic.network.is_some() { "network" } else { "capability" };
    let wanted = nic.network.as_ref().unwrap_or(&nic.capability);
    let by_name = declared.get_key_value(wanted);
    let offers = |network: &NetworkOptions| nic.network.is_none() && network.capabilities.contains(wanted);
    let candidates: Vec<_> = by_name.into_iter().chain(declared.iter().filter(|(_, n)| offers(n))).collect();
    if let Some((name, _)) = candidates.iter().find(|(_, network)| network.backend == backend) {
        return Some((*name).clone());
    }
    let who = format!("the interface `{}` of {}", nic.name, unit.who());
    if let Some((name, _)) = candidates.first() {
        let (unit_kind, other_kind, word) = match backend {
            VolumeBackend::Libvirt => ("a VM's", "one of Docker's", "libvirt"),
            VolumeBackend::Docker => ("a container's", "one of libvirt's", "docker"),
        };
        let cure = format!("declare another network with `backend = \"{word}\"`, or plug it into one that has it");
        let problem =
            GuestProblem::OtherBackend { who, unit_kind, what: "network", name: (*name).clone(), other_kind, cure };
        lowering.problem_at(unit, &["network"], &[&place, field], problem);
        return None;
    }
    let names = declared.iter().filter(|(_, n)| n.backend == backend);
    let known = names.flat_map(|(name, n)| std::iter::once(name).chain(&n.capabilities)).map(String::as_str);
    let declare = match backend {
        VolumeBackend::Libvirt => format!(
            "declare `hypervisor.networks.{wanted}`, set `bridge` to a bridge of the host, or `capability = \"user\"`, \
             which needs no network"
        ),
        VolumeBackend::Docker => format!("declare `hypervisor.networks.{wanted}` with `backend = \"docker\"`"),
    };
    let cure = nearest::cure(wanted, known.collect::<Vec<_>>(), &declare);
    let problem = ReferenceProblem::Network { who, name: wanted.clone(), cure };
    lowering.problem_at(unit, &["network"], &[&place, field], problem);
    None
}

/// A MAC address in lower case with colons, where the text is one of a single interface.
pub(super) fn canonical_mac(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split([':', '-']).collect();
    let bytes: Vec<u8> =
        parts.iter().filter(|part| part.len() == 2).filter_map(|part| u8::from_str_radix(part, 16).ok()).collect();
    let whole = parts.len() == 6 && bytes.len() == 6 && bytes[0] & 1 == 0;
    whole.then(|| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":"))
}

/// Why a text is no MAC address.
pub(super) fn not_a_mac(text: &str) -> String {
    match text.get(1..2).and_then(|digit| u8::from_str_radix(digit, 16).ok()) {
        Some(digit) if digit & 1 == 1 && text.len() == 17 => {
            format!("`{text}` is a multicast address: the second digit has to be even, as in \"52:54:00:12:34:56\"")
        }
        _ => format!("`{text}` is no MAC address: expected six bytes, as in \"52:54:00:12:34:56\""),
    }
}

fn address(lowering: &mut Lowering<'_>, name: &str, option: &str, text: &str) -> Option<Ipv4Addr> {
    text.parse().map_err(|_| refuse(lowering, name, option, format!("`{text}` is no IPv4 address"))).ok()
}

fn inside(lowering: &mut Lowering<'_>, name: &str, option: &str, address: Ipv4Addr, range: Ipv4Net) {
    if !range.contains(&address) {
        refuse(lowering, name, option, format!("{address} is outside of the network's range {}", range.trunc()));
    }
}

fn refuse(lowering: &mut Lowering<'_>, name: &str, option: &str, reason: String) {
    refuse_with(lowering, name, option, reason, None);
}

fn refuse_with(lowering: &mut Lowering<'_>, name: &str, option: &str, reason: String, cure: Option<String>) {
    let (who, path) = (format!("the network `{name}`"), option.to_owned());
    wrong(lowering, name, option, ValueProblem::Wrong { who, path, reason, cure });
}

/// What is not set is told where the mode is, which wants it, or else where the network is.
fn miss(lowering: &mut Lowering<'_>, name: &str, option: &str, reason: &str, cure: &str) {
    let problem = ValueProblem::Missing {
        who: format!("the network `{name}`"),
        path: option.to_owned(),
        reason: reason.to_owned(),
        cure: cure.to_owned(),
    };
    wrong(lowering, name, "mode", problem);
}

fn wrong(lowering: &mut Lowering<'_>, name: &str, option: &str, problem: ValueProblem) {
    let path: Vec<&str> = ["networks", name].into_iter().chain(option.split('.')).collect();
    let at: Option<SourcePos> = lowering.manifest.positions.of(&path).cloned();
    lowering.findings.problem(at.as_ref(), problem);
}
