//! [`DockerNetworkSpec`] → what `create` takes.

use std::collections::HashMap;

use bollard::models::{Ipam, IpamConfig, NetworkCreateRequest, NetworkInspect};
use model::spec::{DockerNetworkSpec, DockerSubnet};

/// The request that makes the network.
pub(super) fn body(name: &str, spec: &DockerNetworkSpec, labels: HashMap<String, String>) -> NetworkCreateRequest {
    NetworkCreateRequest {
        name: name.to_owned(),
        driver: spec.driver.clone(),
        internal: spec.internal,
        ipam: spec.subnet.as_ref().map(ipam),
        options: Some(spec.options.iter().map(|(key, value)| (key.clone(), value.clone())).collect()),
        labels: Some(labels),
        ..NetworkCreateRequest::default()
    }
}

/// The request that makes a network as it was.
pub(super) fn again(network: &NetworkInspect) -> NetworkCreateRequest {
    NetworkCreateRequest {
        name: network.name.clone().unwrap_or_default(),
        driver: network.driver.clone(),
        internal: network.internal,
        attachable: network.attachable,
        enable_ipv6: network.enable_ipv6,
        ipam: network.ipam.clone(),
        options: network.options.clone(),
        labels: network.labels.clone(),
        ..NetworkCreateRequest::default()
    }
}

fn ipam(subnet: &DockerSubnet) -> Ipam {
    let range = IpamConfig { subnet: subnet.cidr.clone(), gateway: subnet.gateway.clone(), ..IpamConfig::default() };
    Ipam { config: subnet.cidr.is_some().then(|| vec![range]), ..Ipam::default() }
}
