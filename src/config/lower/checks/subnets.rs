//! Networks with addresses in common.

use ipnet::{IpNet, Ipv4Net};
use model::Spec;

use super::super::Lowering;
use crate::problem::PlaceProblem;

/// Finds networks with addresses in common.
pub(super) fn check(lowering: &mut Lowering<'_>) {
    let ranges = ranges(lowering);
    for (index, (second, range)) in ranges.iter().enumerate() {
        let overlapping = ranges[..index].iter().find(|(_, other)| overlap(other, range));
        let Some((first, other)) = overlapping else { continue };
        let problem = PlaceProblem::Subnet {
            first: first.clone(),
            first_range: other.to_string(),
            second: second.clone(),
            second_range: range.to_string(),
            free: free(&ranges),
        };
        let at = lowering.manifest.positions.of(&["networks", second]).cloned();
        lowering.findings.problem(at.as_ref(), problem);
    }
}

fn ranges(lowering: &Lowering<'_>) -> Vec<(String, IpNet)> {
    let range = |spec: &Spec| match spec {
        Spec::Network(network) => {
            let ipv4 = network.ipv4.as_ref()?;
            let address = ipv4.address.as_ref()?.parse().ok()?;
            Some(IpNet::V4(Ipv4Net::new(address, ipv4.prefix?).ok()?.trunc()))
        }
        Spec::DockerNetwork(network) => network.subnet.as_ref()?.cidr.as_ref()?.parse().ok(),
        _ => None,
    };
    let of =
        |(address, resource): (&model::Address, &model::Resource)| Some((address.name.clone(), range(&resource.spec)?));
    lowering.resources.iter().filter_map(of).collect()
}

fn overlap(a: &IpNet, b: &IpNet) -> bool {
    a.contains(&b.network()) || b.contains(&a.network())
}

/// A private range of 256 addresses that no network has.
fn free(taken: &[(String, IpNet)]) -> String {
    let candidates = (0..=255).map(|third| {
        let network = std::net::Ipv4Addr::new(192, 168, third, 0);
        IpNet::V4(Ipv4Net::new_assert(network, 24))
    });
    let mut unused = candidates.skip(100).filter(|net| !taken.iter().any(|(_, other)| overlap(net, other)));
    unused.next().map_or_else(|| "10.99.0.0/24".to_owned(), |net| net.to_string())
}
