//! Networks as declarations.

use model::spec::{DockerNetworkSpec, ForwardMode, Ipv4, NetworkSpec};
use serde_json::json;

use super::Declaration;

pub(super) fn declare(spec: &NetworkSpec) -> Declaration {
    let mut network = Declaration::default();
    let mode = spec.forward.unwrap_or(ForwardMode::Isolated);
    network.set_unless("mode", json!(mode), &json!(ForwardMode::Nat));
    network.set_some("bridge", spec.bridge.clone());
    network.set_some("mtu", spec.mtu);
    network.set_some("domain", spec.domain.clone());
    if let Some(ipv4) = &spec.ipv4 {
        network.set_group("ipv4", addresses(ipv4));
    }
    network.set_filled("dnsHosts", &spec.dns_hosts);
    network.set_unless("autostart", json!(spec.autostart.unwrap_or(false)), &json!(true));
    network
}

pub(super) fn declare_docker(spec: &DockerNetworkSpec) -> Declaration {
    let mut network = Declaration::default();
    network.set("backend", json!("docker"));
    network.set_some("driver", spec.driver.clone().filter(|driver| driver != "bridge"));
    let subnet = spec.subnet.clone().unwrap_or_default();
    network.set_some("subnet", subnet.cidr);
    network.set_some("gateway", subnet.gateway);
    network.set_some("internal", spec.internal.filter(|internal| *internal));
    network.set_filled("options", &spec.options);
    network.set_filled("labels", &spec.labels);
    network
}

fn addresses(spec: &Ipv4) -> Declaration {
    let mut ipv4 = Declaration::default();
    ipv4.set_some("address", spec.address.clone());
    ipv4.set_unless("prefix", json!(spec.prefix.unwrap_or(24)), &json!(24));
    let mut dhcp = Declaration::default();
    match &spec.dhcp_range {
        None => dhcp.set("enable", json!(false)),
        Some(range) => {
            dhcp.set("start", json!(range.start));
            dhcp.set("end", json!(range.end));
        }
    }
    dhcp.set_filled("hosts", &spec.dhcp_hosts);
    ipv4.set_group("dhcp", dhcp);
    ipv4
}
