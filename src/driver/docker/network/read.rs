//! What the engine shows of a network → [`DockerNetworkSpec`].

use std::collections::{BTreeMap, HashMap};

use bollard::models::{Ipam, Network, NetworkInspect};
use model::spec::{DockerNetworkSpec, DockerSubnet};

use crate::docker::labels;

/// Whether the engine itself made the network.
pub(crate) fn is_predefined(name: &str) -> bool {
    matches!(name, "bridge" | "host" | "none")
}

/// A network of the list.
pub(crate) fn listed(network: &Network) -> DockerNetworkSpec {
    DockerNetworkSpec {
        driver: network.driver.clone(),
        subnet: network.ipam.as_ref().and_then(subnet),
        internal: network.internal,
        options: options(network.options.as_ref()),
        labels: labels::foreign(network.labels.as_ref()),
    }
}

/// A network of its own inspection.
pub(crate) fn inspected(network: &NetworkInspect) -> DockerNetworkSpec {
    DockerNetworkSpec {
        driver: network.driver.clone(),
        subnet: network.ipam.as_ref().and_then(subnet),
        internal: network.internal,
        options: options(network.options.as_ref()),
        labels: labels::foreign(network.labels.as_ref()),
    }
}

fn subnet(ipam: &Ipam) -> Option<DockerSubnet> {
    let mut ranges = ipam.config.iter().flatten();
    // A second range is the one of IPv6.
    let range = ranges.find(|range| range.subnet.as_deref().is_some_and(|cidr| !cidr.contains(':')))?;
    Some(DockerSubnet {
        cidr: range.subnet.clone(),
        gateway: range.gateway.clone().filter(|gateway| !gateway.is_empty()),
    })
}

fn options(options: Option<&HashMap<String, String>>) -> BTreeMap<String, String> {
    options.into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())).collect()
}
