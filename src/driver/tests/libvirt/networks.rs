//! Networks.

use std::collections::BTreeSet;

use futures::future::join_all;
use model::{
    Kind, Ownership, Seen, Spec,
    spec::{DhcpHost, NetworkSpec},
};
use plan::{Action, Data};
use serde_json::json;

use super::bed::{Bed, define_by_hand, lines_with, paths, story, virsh};

#[tokio::test]
async fn leases_and_host_names_change_while_the_network_runs() {
    let bed = Bed::new("net").await;
    let address = bed.address(Kind::Network, "n");
    let mut wanted = bed.network_spec(&address, 1);
    let create = |spec: &NetworkSpec| {
        let spec = Spec::Network(spec.clone());
        Action::Create { mark: bed.mark(&spec), spec }
    };
    bed.act(&address, create(&wanted)).await.unwrap();
    bed.act(&address, create(&wanted)).await.unwrap();
    let seen = bed.seen(&address).await.unwrap();
    assert!(matches!(seen.ownership, Ownership::Ours { .. }), "{seen:?}");

    let ipv4 = wanted.ipv4.as_mut().unwrap();
    let host = DhcpHost { mac: "52:54:00:00:00:42".to_owned(), address: Bed::ip(1, 42) };
    ipv4.dhcp_hosts.insert("web".to_owned(), host);
    wanted.dns_hosts.insert(Bed::ip(1, 42), vec!["web.test".to_owned()]);
    let change = Spec::Network(wanted.clone());
    let fields = paths(&["ipv4.dhcpHosts.web.mac", "ipv4.dhcpHosts.web.address", "dnsHosts"]);
    let outcome = bed.act(&address, Action::Configure { mark: bed.mark(&change), spec: change, fields }).await.unwrap();
    assert_eq!(outcome.pending, []);
    let Seen::Parsed { config: Spec::Network(config), live: Some(Spec::Network(live)) } =
        bed.seen(&address).await.unwrap().seen
    else {
        panic!("it runs and nothing was applied")
    };
    assert_eq!(config.ipv4, wanted.ipv4);
    assert_eq!(live.ipv4, wanted.ipv4);
    assert_eq!(live.dns_hosts, wanted.dns_hosts);

    bed.delete(&address, Data::Keep).await.unwrap();
    assert!(bed.seen(&address).await.is_none());
}

#[tokio::test]
async fn networks_made_at_once_have_bridges_of_their_own() {
    let bed = Bed::new("bridges").await;
    let made = (10..18).map(|subnet| {
        let address = bed.address(Kind::Network, &format!("n{subnet}"));
        let spec = Spec::Network(bed.network_spec(&address, subnet));
        let create = Action::Create { mark: bed.mark(&spec), spec };
        let bed = &bed;
        async move {
            bed.act(&address, create).await.unwrap();
            let document = virsh(&["net-dumpxml", &address.name]);
            lines_with(&document, "<bridge ").concat()
        }
    });
    let bridges: BTreeSet<String> = join_all(made).await.into_iter().collect();
    assert_eq!(bridges.len(), 8, "{bridges:?}");
}

#[tokio::test]
async fn guests_keep_running_and_are_plugged_in_again_when_their_network_is_replaced() {
    let bed = Bed::new("replug").await;
    let address = bed.address(Kind::Network, "n");
    bed.network("n", 2).await;
    let guest = bed.tiny("g", json!({ "interfaces": { "lan": { "source": { "network": address.name } } } }));
    bed.create("g", &guest).await.unwrap();
    bed.start("g").await;
    let number = bed.number("g");

    let moved = Spec::Network(bed.network_spec(&address, 3));
    let replace = Action::Replace {
        mark: bed.mark(&moved),
        spec: moved,
        start: true,
        shutdown: model::Shutdown::default(),
        health: None,
    };
    let outcome = bed.act(&address, replace).await.unwrap();
    assert_eq!(outcome.notes, Vec::<String>::new());
    assert_eq!(bed.number("g"), number, "the guest was not restarted");
    let tap = virsh(&["domiflist", &bed.name("g")]).split_whitespace().next().unwrap().to_owned();
    let bridge = std::fs::read_link(format!("/sys/class/net/{tap}/master")).unwrap();
    let wanted = virsh(&["net-info", &address.name]);
    let name = bridge.file_name().unwrap().to_str().unwrap();
    assert!(wanted.contains(name), "{tap} is on {name}, the network is\n{wanted}");
}

#[tokio::test]
async fn a_hand_made_network_of_that_name_is_refused() {
    let bed = Bed::new("netforeign").await;
    let address = bed.address(Kind::Network, "n");
    define_by_hand("net-define", &format!("<network><name>{}</name></network>", address.name));
    let wanted = Spec::Network(bed.network_spec(&address, 4));
    let refused = bed.act(&address, Action::Create { mark: bed.mark(&wanted), spec: wanted }).await.unwrap_err();
    assert!(story(&refused).contains("not managed by us"), "{}", story(&refused));
    assert_eq!(bed.seen(&address).await.unwrap().ownership, Ownership::Unmanaged);
}
