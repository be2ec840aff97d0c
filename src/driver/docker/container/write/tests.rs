use std::collections::{BTreeMap, HashMap};

use bollard::models::{ContainerConfig, ContainerCreateBody, ContainerInspectResponse, NetworkSettings};
use expect_test::{Expect, expect};
use model::{
    Bytes, Span,
    spec::{
        ContainerHealth, ContainerSpec, Endpoint, Limits, LogConfig, Mount, MountKind, PortBinding, RestartPolicy,
        Ulimit,
    },
};

use super::{body, primary};
use crate::docker::container::{mounts::Carried, read};

#[track_caller]
fn check(spec: &ContainerSpec, carried: &[Carried], expected: Expect) {
    let mut printed = serde_json::to_value(body(spec, HashMap::new(), carried)).unwrap();
    printed.sort_all_objects();
    expected.assert_eq(&format!("{printed:#}"));
}

fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

fn mount(kind: MountKind, source: &str, read_only: bool) -> Mount {
    Mount { kind, source: source.to_owned(), read_only }
}

/// A specification in which every field is set.
fn full() -> ContainerSpec {
    let port = |address: &str, port| PortBinding { address: address.to_owned(), port };
    let text = |text: &str| Some(text.to_owned());
    ContainerSpec {
        image: "web:1".to_owned(),
        image_id: None,
        command: strings(&["-f"]),
        entrypoint: Some(strings(&["/bin/httpd"])),
        env: BTreeMap::from([("A".to_owned(), "b=c".to_owned())]),
        workdir: text("/www"),
        user: text("1:1"),
        hostname: text("web"),
        labels: BTreeMap::from([("team".to_owned(), "x".to_owned())]),
        mounts: BTreeMap::from([
            ("/data".to_owned(), mount(MountKind::Volume, "data", false)),
            ("/etc/x".to_owned(), mount(MountKind::Bind, "/etc/x", true)),
            ("/odd".to_owned(), mount(MountKind::Bind, "/a:b", false)),
            ("/tmp".to_owned(), mount(MountKind::Tmpfs, "", false)),
        ]),
        ports: BTreeMap::from([
            ("80/tcp".to_owned(), vec![port("0.0.0.0", Some(8080)), port("127.0.0.1", Some(81))]),
            ("53/udp".to_owned(), vec![port("0.0.0.0", None)]),
        ]),
        network_mode: text("front"),
        networks: BTreeMap::from([
            ("back".to_owned(), Endpoint::default()),
            ("front".to_owned(), Endpoint { aliases: strings(&["www"]), ipv4: text("10.0.0.9") }),
        ]),
        restart: Some(RestartPolicy { name: "on-failure".to_owned(), max_retries: 3 }),
        limits: Limits {
            memory: Some(Bytes::mib(64)),
            memory_swap: Some(Bytes::mib(100)),
            memory_reservation: Some(Bytes::mib(32)),
            nano_cpus: Some(1_500_000_000),
            cpu_shares: Some(512),
            cpuset: text("0-1"),
            pids: Some(50),
        },
        health: Some(ContainerHealth {
            test: strings(&["CMD", "true"]),
            interval: Some(Span::seconds(5)),
            timeout: Some(Span::seconds(2)),
            retries: Some(4),
            start_period: Some(Span::seconds(1)),
        }),
        runtime: text("kata-runtime"),
        cap_add: strings(&["NET_ADMIN"]),
        cap_drop: strings(&["MKNOD"]),
        security_opt: strings(&["no-new-privileges"]),
        devices: strings(&["/dev/fuse", "/dev/kvm:/dev/kvm:r"]),
        dns: strings(&["1.1.1.1"]),
        extra_hosts: strings(&["db:10.0.0.2"]),
        privileged: Some(false),
        read_only_root: Some(true),
        init: Some(true),
        ulimits: BTreeMap::from([("nofile".to_owned(), Ulimit { soft: 10, hard: 20 })]),
        log: Some(LogConfig {
            driver: "json-file".to_owned(),
            options: BTreeMap::from([("max-size".to_owned(), "1m".to_owned())]),
        }),
        stop_signal: text("SIGINT"),
        gpus: Some(-1),
    }
}

/// The container that the engine makes of a request, as it shows it when the other networks have been joined.
fn made(request: ContainerCreateBody, spec: &ContainerSpec) -> ContainerInspectResponse {
    let joined = spec.networks.iter().map(|(name, endpoint)| (name.clone(), super::endpoint(endpoint)));
    ContainerInspectResponse {
        id: Some("f".repeat(64)),
        config: Some(ContainerConfig {
            image: request.image,
            cmd: request.cmd,
            entrypoint: request.entrypoint,
            env: request.env,
            working_dir: request.working_dir,
            user: request.user,
            hostname: request.hostname,
            labels: request.labels,
            healthcheck: request.healthcheck,
            stop_signal: request.stop_signal,
            ..ContainerConfig::default()
        }),
        host_config: request.host_config,
        network_settings: Some(NetworkSettings { networks: Some(joined.collect()), ..NetworkSettings::default() }),
        ..ContainerInspectResponse::default()
    }
}

#[test]
fn what_is_written_reads_back_the_same() {
    let spec = full();
    let labels = spec.labels.clone().into_iter().collect();
    let read = read::spec(&made(body(&spec, labels, &[]), &spec));
    assert_eq!(read, spec.canonical());
}

#[test]
fn a_small_container_leaves_everything_else_to_the_engine() {
    let spec = ContainerSpec {
        image: "web:1".to_owned(),
        networks: BTreeMap::from([("front".to_owned(), Endpoint::default())]),
        mounts: BTreeMap::from([("/etc/x".to_owned(), mount(MountKind::Bind, "/etc/x", true))]),
        ..ContainerSpec::default()
    };
    let anonymous = Carried { volume: "a".repeat(64), target: "/anonymous".to_owned() };
    check(
        &spec,
        &[anonymous],
        expect![[r#"
        {
          "HostConfig": {
            "Binds": [
              "/etc/x:/etc/x:ro"
            ],
            "Mounts": [
              {
                "Source": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "Target": "/anonymous",
                "Type": "volume"
              }
            ],
            "NetworkMode": "front"
          },
          "Image": "web:1",
          "Labels": {},
          "NetworkingConfig": {
            "EndpointsConfig": {
              "front": {}
            }
          }
        }"#]],
    );
}

#[test]
fn only_one_network_is_named_at_creation() {
    let spec = full();
    assert_eq!(primary(&spec), Some("front"));
    let endpoints = body(&spec, HashMap::new(), &[]).networking_config.and_then(|config| config.endpoints_config);
    assert_eq!(endpoints.unwrap().into_keys().collect::<Vec<_>>(), ["front"]);
}
