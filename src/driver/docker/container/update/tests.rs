use expect_test::{Expect, expect};
use model::{
    Bytes, FieldPath,
    spec::{ContainerSpec, Endpoint, Limits, RestartPolicy},
};

use super::{body, taken};
use crate::fault::Fault;

fn limited(limits: Limits) -> ContainerSpec {
    ContainerSpec { limits, ..ContainerSpec::default() }
}

fn paths(fields: &[&str]) -> Vec<FieldPath> {
    fields.iter().map(|field| FieldPath::from(*field)).collect()
}

#[track_caller]
fn check(spec: &ContainerSpec, fields: &[&str], expected: Expect) {
    let request = body(spec, &paths(fields)).map(|body| serde_json::to_string(&body).unwrap());
    expected.assert_eq(request.as_deref().unwrap_or("nothing"));
}

#[test]
fn only_the_named_fields_are_sent() {
    let limits = Limits { memory: Some(Bytes::mib(64)), pids: Some(5), cpu_shares: Some(9), ..Limits::default() };
    check(&limited(limits.clone()), &["limits.pids"], expect![[r#"{"PidsLimit":5}"#]]);
    check(&limited(limits), &["networks.front"], expect!["nothing"]);
}

#[test]
fn a_memory_limit_brings_its_swap_with_it() {
    let memory = Limits { memory: Some(Bytes::mib(64)), ..Limits::default() };
    check(&limited(memory.clone()), &["limits.memory"], expect![[r#"{"Memory":67108864,"MemorySwap":134217728}"#]]);
    let both = Limits { memory_swap: Some(Bytes::mib(100)), ..memory };
    check(&limited(both), &["limits.memory"], expect![[r#"{"Memory":67108864,"MemorySwap":104857600}"#]]);
}

#[test]
fn what_is_unset_is_taken_off_where_the_engine_can() {
    let nothing = ContainerSpec::default();
    check(&nothing, &["limits.pids", "limits.cpuShares"], expect![[r#"{"CpuShares":1024,"PidsLimit":-1}"#]]);
    check(&nothing, &["restart.name"], expect![[r#"{"RestartPolicy":{"Name":"no"}}"#]]);
}

#[track_caller]
fn check_taken(wanted: &ContainerSpec, there: &ContainerSpec, field: &str, expected: Expect) {
    let said = match taken(wanted, there, &paths(&[field])) {
        Ok(()) => "taken".to_owned(),
        Err(fault) => fault.reason(),
    };
    expected.assert_eq(&said);
}

#[test]
fn an_update_that_the_engine_ignored_is_noticed() {
    let memory = |mib| limited(Limits { memory: Some(Bytes::mib(mib)), ..Limits::default() });
    let swapped = Limits { memory_swap: Some(Bytes::mib(128)), ..memory(64).limits };
    check_taken(&memory(64), &limited(swapped), "limits", expect!["taken"]);
    check_taken(&memory(64), &memory(32), "limits.memory", expect!["limits.memory is 33554432 instead of 67108864"]);
    check_taken(&ContainerSpec::default(), &memory(64), "limits.memory", expect!["limits.memory is still 67108864"]);
}

#[test]
fn a_network_that_was_not_left_is_noticed() {
    let joined = Endpoint { aliases: vec!["www".to_owned()], ipv4: None };
    let there = ContainerSpec { networks: [("front".to_owned(), joined)].into(), ..ContainerSpec::default() };
    let wanted = ContainerSpec::default();
    check_taken(&wanted, &there, "networks.front", expect![[r#"networks.front.aliases is still ["www"]"#]]);
    check_taken(&wanted, &there, "networks", expect!["taken"]);
}

#[test]
fn an_engines_default_counts_as_unset() {
    let no = ContainerSpec {
        restart: Some(RestartPolicy { name: "no".to_owned(), max_retries: 0 }),
        ..limited(Limits { cpu_shares: Some(1024), ..Limits::default() })
    };
    for field in ["restart.name", "limits.cpuShares"] {
        check_taken(&ContainerSpec::default(), &no, field, expect!["taken"]);
    }
}

#[test]
fn a_fault_of_reading_back_is_not_taken() {
    let wanted = limited(Limits { pids: Some(5), ..Limits::default() });
    let fault = taken(&wanted, &ContainerSpec::default(), &paths(&["limits"]));
    assert!(matches!(fault, Err(Fault::NotTaken(_))));
}
