use std::collections::{BTreeMap, HashMap};

use bollard::models::{ContainerConfig, ContainerInspectResponse, Volume};
use model::{Address, Applied, Kind, OwnerId};

use super::{units, volumes};
use crate::ObserveRequest;

fn container(name: &str, labels: &[(&str, &str)]) -> ContainerInspectResponse {
    let labels: HashMap<_, _> = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    ContainerInspectResponse {
        name: Some(format!("/{name}")),
        config: Some(ContainerConfig { labels: Some(labels), ..ContainerConfig::default() }),
        ..ContainerInspectResponse::default()
    }
}

/// The units of `ours` and `foreign` containers, each with the container that stands for it.
fn shown(ours: &[&str], foreign: &[&str]) -> Vec<String> {
    let owner = [("hyper-nixos.owner", "6f3c1a52-3b0e-4c1e-9d3c-0c9d6a1f0b11")];
    let ours = ours.iter().map(|name| container(name, &owner));
    let all: Vec<_> = ours.chain(foreign.iter().map(|name| container(name, &[]))).map(Box::new).collect();
    units(&all).iter().map(|(unit, inspect)| format!("{unit}={}", inspect.name.clone().unwrap())).collect()
}

#[test]
fn an_interrupted_replacement_is_seen_as_one_unit() {
    assert_eq!(shown(&["web", "web.hvnew"], &[]), ["web=/web"]);
    assert_eq!(shown(&["web", "web.hvold"], &[]), ["web=/web"]);
    assert_eq!(shown(&["web.hvnew", "web.hvold"], &[]), ["web=/web.hvnew"]);
    assert_eq!(shown(&["web.hvold"], &[]), ["web=/web.hvold"]);
    assert_eq!(shown(&["web.hvnew"], &[]), [] as [&str; 0]);
}

#[test]
fn a_foreign_container_with_such_a_name_is_a_container_like_any_other() {
    assert_eq!(shown(&["web"], &["web.hvold"]), ["web=/web", "web.hvold=/web.hvold"]);
}

#[test]
fn an_anonymous_volume_is_reported_only_where_somebody_declares_or_marked_it() {
    let owner = OwnerId(uuid::Uuid::from_u128(1));
    let [nobodys, declared, marked] = ["a", "b", "c"].map(|digit| digit.repeat(64));
    let volume = |name: &str| Volume { name: name.to_owned(), ..Volume::default() };
    let labels = HashMap::from([("hyper-nixos.owner".to_owned(), owner.to_string())]);
    let there = [volume("data"), volume(&nobodys), volume(&declared), Volume { labels, ..volume(&marked) }];
    let wanted = BTreeMap::from([(Address::new(Kind::DockerVolume, &declared), String::new())]);
    let request = ObserveRequest { owner, applied: &Applied::default(), wanted: &wanted, only: None };
    let found: Vec<String> = volumes(&request, &there).into_iter().map(|(address, _)| address.name).collect();
    assert_eq!(found, ["data", &declared, &marked]);
}
