use std::collections::{BTreeMap, HashMap};

use bollard::models::{ContainerSummary, PortSummary, PortSummaryTypeEnum, Runtime, SystemInfo};
use expect_test::{Expect, expect};
use model::{
    Bytes, OwnerId,
    spec::{ContainerSpec, Endpoint, Limits, PortBinding},
};

use super::{faults, taken_ports};

fn engine() -> SystemInfo {
    let runtimes = HashMap::from([("runc".to_owned(), Runtime::default())]);
    SystemInfo { ncpu: Some(2), runtimes: Some(runtimes), ..SystemInfo::default() }
}

#[track_caller]
fn check(spec: &ContainerSpec, expected: Expect) {
    expected.assert_eq(&faults(spec, &engine()).join("\n"));
}

#[test]
fn what_the_engine_would_refuse_is_found_beforehand() {
    let limited = |limits| ContainerSpec { limits, ..ContainerSpec::default() };
    check(
        &limited(Limits { memory: Some(Bytes::mib(1)), nano_cpus: Some(4_000_000_000), ..Limits::default() }),
        expect![[r#"
            limits.memory: the engine wants at least 6 MiB, not 1 MiB
            limits.nanoCpus: the host has 2 CPUs, 4 cannot be had"#]],
    );
    check(
        &limited(Limits { memory: Some(Bytes::mib(64)), memory_swap: Some(Bytes::mib(32)), ..Limits::default() }),
        expect!["limits.memorySwap: 32 MiB is memory and swap together, so less than 64 MiB of memory cannot be"],
    );
    check(
        &ContainerSpec { runtime: Some("kata-runtime".to_owned()), ..ContainerSpec::default() },
        expect!["runtime: the engine has no runtime `kata-runtime`, only: runc"],
    );
    check(
        &ContainerSpec {
            network_mode: Some("host".to_owned()),
            networks: BTreeMap::from([("front".to_owned(), Endpoint::default())]),
            ..ContainerSpec::default()
        },
        expect!["networks: a container in mode `host` cannot join a network"],
    );
}

#[test]
fn a_port_that_somebody_elses_container_has_is_named_with_the_container() {
    let [ours, theirs] = [1, 2].map(uuid::Uuid::from_u128);
    let binding = PortBinding { address: "0.0.0.0".to_owned(), port: Some(8080) };
    let spec =
        ContainerSpec { ports: BTreeMap::from([("80/tcp".to_owned(), vec![binding])]), ..ContainerSpec::default() };
    let found = |name: &str, label: Option<uuid::Uuid>, owner: Option<uuid::Uuid>| {
        taken_ports(name, &spec, owner.map(OwnerId), &[publishing("other", label)]).concat()
    };
    expect!["ports: the host's port 8080/tcp is taken by the container `other`, which is not ours"].assert_eq(&found(
        "web",
        None,
        Some(ours),
    ));
    expect!["ports: the host's port 8080/tcp is taken by the container `other`, which belongs to another owner"]
        .assert_eq(&found("web", Some(theirs), Some(ours)));
    assert_eq!(found("web", Some(ours), Some(ours)), "", "the plan knows about ours");
    assert_eq!(found("web", Some(ours), None), "");
    assert_eq!(found("other", None, Some(ours)), "", "a container that is adopted takes no port from itself");
}

/// A container that has published port 8080.
fn publishing(name: &str, owner: Option<uuid::Uuid>) -> ContainerSummary {
    let typ = Some(PortSummaryTypeEnum::TCP);
    ContainerSummary {
        names: Some(vec![format!("/{name}")]),
        ports: Some(vec![PortSummary { public_port: Some(8080), typ, ..PortSummary::default() }]),
        labels: owner.map(|owner| HashMap::from([("hyper-nixos.owner".to_owned(), owner.to_string())])),
        ..ContainerSummary::default()
    }
}
