use std::collections::BTreeMap;

use model::spec::{ContainerSpec, Endpoint, Mount, MountKind, PortBinding};

use super::excludes;

fn publishing(inside: &str, port: u16) -> ContainerSpec {
    let binding = PortBinding { address: "0.0.0.0".to_owned(), port: Some(port) };
    ContainerSpec { ports: BTreeMap::from([(inside.to_owned(), vec![binding])]), ..ContainerSpec::default() }
}

fn mounting(source: &str, read_only: bool) -> ContainerSpec {
    let mount = Mount { kind: MountKind::Volume, source: source.to_owned(), read_only };
    ContainerSpec { mounts: BTreeMap::from([("/data".to_owned(), mount)]), ..ContainerSpec::default() }
}

fn standing_at(ipv4: Option<&str>) -> ContainerSpec {
    let endpoint = Endpoint { aliases: Vec::new(), ipv4: ipv4.map(str::to_owned) };
    ContainerSpec { networks: BTreeMap::from([("front".to_owned(), endpoint)]), ..ContainerSpec::default() }
}

#[test]
fn old_and_new_run_side_by_side_only_where_they_share_nothing() {
    let cases = [
        ("same host port", publishing("80/tcp", 8080), publishing("81/tcp", 8080), true),
        ("other protocol", publishing("80/tcp", 8080), publishing("80/udp", 8080), false),
        ("other host port", publishing("80/tcp", 8080), publishing("80/tcp", 8081), false),
        ("two writers on a volume", mounting("db", false), mounting("db", false), true),
        ("a reader beside a writer", mounting("db", true), mounting("db", false), false),
        ("same fixed address", standing_at(Some("10.0.0.2")), standing_at(Some("10.0.0.2")), true),
        ("same network", standing_at(None), standing_at(None), false),
    ];
    for (what, new, old, expected) in cases {
        assert_eq!(excludes(&new, &old), expected, "{what}");
    }
}
