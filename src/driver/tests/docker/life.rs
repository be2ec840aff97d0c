use std::collections::BTreeMap;

use driver::Driver;
use model::{
    Bytes, Kind, Ownership, PowerState, Seen, Shutdown, Span, Spec,
    spec::{ContainerHealth, ContainerSpec, Limits, LogConfig, Mount, MountKind, PortBinding, RestartPolicy, Ulimit},
};
use plan::{Action, Data};

use crate::stage::{AT_ONCE, Stage, by_hand, chain, is_ours, sleeper};

/// A container with a bit of everything that this machine's engine can do.
fn rich() -> ContainerSpec {
    let strings = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let mount = |kind, source: &str, read_only| Mount { kind, source: source.to_owned(), read_only };
    ContainerSpec {
        entrypoint: Some(strings(&["/bin/sleep"])),
        command: strings(&["1000"]),
        env: BTreeMap::from([("MODE".to_owned(), "a=b, c".to_owned())]),
        workdir: Some("/tmp".to_owned()),
        user: Some("0:0".to_owned()),
        hostname: Some("rich".to_owned()),
        labels: BTreeMap::from([("team".to_owned(), "x".to_owned())]),
        mounts: BTreeMap::from([
            ("/cache".to_owned(), mount(MountKind::Tmpfs, "", false)),
            ("/etc/hostname2".to_owned(), mount(MountKind::Bind, "/etc/hostname", true)),
        ]),
        ports: BTreeMap::from([(
            "80/tcp".to_owned(),
            vec![PortBinding { address: "127.0.0.1".to_owned(), port: Some(18_431) }],
        )]),
        network_mode: Some("bridge".to_owned()),
        restart: Some(RestartPolicy { name: "unless-stopped".to_owned(), max_retries: 0 }),
        limits: Limits {
            memory: Some(Bytes::mib(64)),
            memory_swap: Some(Bytes::mib(96)),
            memory_reservation: Some(Bytes::mib(32)),
            nano_cpus: Some(500_000_000),
            cpu_shares: Some(512),
            cpuset: Some("0".to_owned()),
            pids: Some(50),
        },
        health: Some(ContainerHealth {
            test: strings(&["CMD", "/bin/true"]),
            interval: Some(Span::seconds(5)),
            timeout: Some(Span::seconds(3)),
            retries: Some(2),
            start_period: Some(Span::seconds(1)),
        }),
        cap_drop: strings(&["MKNOD"]),
        security_opt: strings(&["no-new-privileges"]),
        dns: strings(&["192.0.2.53"]),
        extra_hosts: strings(&["db:192.0.2.1"]),
        privileged: Some(false),
        read_only_root: Some(true),
        ulimits: BTreeMap::from([("nofile".to_owned(), Ulimit { soft: 100, hard: 200 })]),
        log: Some(LogConfig {
            driver: "json-file".to_owned(),
            options: BTreeMap::from([("max-size".to_owned(), "1m".to_owned())]),
        }),
        stop_signal: Some("SIGINT".to_owned()),
        ..sleeper()
    }
}

#[tokio::test]
async fn a_container_reads_back_as_it_was_declared_and_then_costs_no_write() {
    let mut stage = Stage::new("life").await;
    let web = stage.address(Kind::Container, "web");
    stage.run(&web, &rich()).await;
    assert_eq!(stage.power(&web).await, PowerState::Running);
    stage.assert_as(&web, &Spec::Container(rich())).await;
    let before = stage.docker.calls();
    let seen = stage.observe(&web).await.unwrap();
    assert!(is_ours(&seen));
    assert_eq!(seen.seen, Seen::Unchanged);
    assert_eq!(stage.docker.calls().writes, before.writes);
    // Making and starting what is there changes nothing.
    let id = stage.id(&web).await;
    stage.create(&web, Spec::Container(rich())).await.unwrap();
    stage.act(&web, Action::Start).await.unwrap();
    assert_eq!(stage.id(&web).await, id);
}

#[tokio::test]
async fn a_container_is_paused_resumed_stopped_and_removed() {
    let mut stage = Stage::new("power").await;
    let web = stage.address(Kind::Container, "web");
    stage.run(&web, &sleeper()).await;
    for (action, power) in [
        (Action::Pause, PowerState::Paused),
        (Action::Resume, PowerState::Running),
        (Action::Pause, PowerState::Paused),
        (Action::Start, PowerState::Running),
        (Action::Stop { shutdown: AT_ONCE }, PowerState::Off),
    ] {
        for _ in 0..2 {
            stage.act(&web, action.clone()).await.unwrap();
            assert_eq!(stage.power(&web).await, power, "after {}", action.verb());
        }
    }
    for _ in 0..2 {
        stage.act(&web, Action::Delete { data: Data::Keep }).await.unwrap();
        assert!(stage.observe(&web).await.is_none());
    }
}

#[tokio::test]
async fn without_force_a_container_that_does_not_listen_keeps_running() {
    let mut stage = Stage::new("force").await;
    let (deaf, polite) = (stage.address(Kind::Container, "deaf"), stage.address(Kind::Container, "polite"));
    // Process 1 ignores a signal for which it has no handler; an init passes it on.
    stage.run(&deaf, &sleeper()).await;
    stage.run(&polite, &ContainerSpec { init: Some(true), ..sleeper() }).await;
    let ask = |seconds| Action::Stop { shutdown: Shutdown { timeout: Span::seconds(seconds), force: false } };
    let error = stage.act(&deaf, ask(1)).await.unwrap_err();
    assert_eq!(chain(&error), format!("{deaf} did not stop within 1s"));
    assert_eq!(stage.power(&deaf).await, PowerState::Running);
    match stage.act(&polite, ask(20)).await {
        Ok(_) => assert_eq!(stage.power(&polite).await, PowerState::Off),
        // An engine without docker-init cannot give a container an init; then it was not made.
        Err(error) => panic!("{}", chain(&error)),
    }
}

#[tokio::test]
async fn a_container_that_ends_at_once_is_reported_with_its_last_words() {
    let stage = Stage::new("ends").await;
    let web = stage.address(Kind::Container, "web");
    let command = ["/bin/sh", "-c", "echo no configuration >&2; exit 3"].map(str::to_owned).to_vec();
    stage.create(&web, Spec::Container(ContainerSpec { command, ..sleeper() })).await.unwrap();
    let started = stage.act(&web, Action::Start).await;
    by_hand(&["wait", &web.name]);
    assert_eq!(stage.power(&web).await, PowerState::Crashed);
    if let Err(error) = started {
        let expected =
            format!("cannot start {web}: `{}` ended at once with exit code 3; it said:\nno configuration", web.name);
        assert_eq!(chain(&error), expected);
    }
}

#[tokio::test]
async fn a_hand_made_container_is_shown_and_never_touched() {
    let stage = Stage::new("foreign").await;
    let web = stage.address(Kind::Container, "web");
    let made = by_hand(&[
        "run",
        "-d",
        "--name",
        &web.name,
        "-p",
        "127.0.0.1:18432:80",
        crate::stage::IMAGE,
        "/bin/sleep",
        "1000",
    ]);
    assert!(made.0, "{}", made.1);
    let id = stage.id(&web).await;
    assert_eq!(stage.observe(&web).await.unwrap().ownership, Ownership::Unmanaged);
    let error = stage.create(&web, Spec::Container(sleeper())).await.unwrap_err();
    assert!(chain(&error).contains("that is not ours"), "{}", chain(&error));
    let adopt = Action::Adopt { mark: stage.mark(&Spec::Container(sleeper())) };
    assert!(chain(&stage.act(&web, adopt).await.unwrap_err()).contains("cannot put a mark on a container"));
    assert_eq!((stage.id(&web).await, stage.power(&web).await), (id, PowerState::Running));
    let port = PortBinding { address: "0.0.0.0".to_owned(), port: Some(18_432) };
    let clash = ContainerSpec { ports: BTreeMap::from([("80/tcp".to_owned(), vec![port])]), ..sleeper() };
    let other = stage.address(Kind::Container, "other");
    let findings = stage.docker.validate(&BTreeMap::from([(other, Spec::Container(clash))])).await;
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert!(findings[0].text.contains(&format!("taken by the container `{}`", web.name)), "{}", findings[0].text);
}

#[tokio::test]
async fn a_container_is_renamed_without_a_new_start() {
    let mut stage = Stage::new("rename").await;
    let (old, new) = (stage.address(Kind::Container, "old"), stage.address(Kind::Container, "new"));
    stage.run(&old, &sleeper()).await;
    let id = stage.id(&old).await;
    for _ in 0..2 {
        stage.act(&new, Action::Rename { from: old.name.clone() }).await.unwrap();
    }
    assert_eq!((stage.id(&new).await, stage.power(&new).await), (id, PowerState::Running));
    assert!(is_ours(&stage.observe(&new).await.unwrap()));
}

#[tokio::test]
async fn a_job_that_succeeded_has_finished_and_runs_again_only_when_it_is_told_to() {
    let mut stage = Stage::new("job").await;
    let job = stage.address(Kind::Container, "job");
    let saying = |word: &str| ContainerSpec {
        command: ["/bin/echo", word].map(str::to_owned).to_vec(),
        restart: Some(RestartPolicy { name: "no".to_owned(), max_retries: 0 }),
        ..sleeper()
    };
    let name = job.name.clone();
    let said = || {
        assert!(by_hand(&["wait", &name]).0);
        by_hand(&["logs", &name]).1
    };
    stage.create(&job, Spec::Container(saying("one"))).await.unwrap();
    assert_eq!(stage.power(&job).await, PowerState::Off, "it has not run yet");
    stage.run(&job, &saying("one")).await;
    assert_eq!((said().as_str(), stage.power(&job).await), ("one", PowerState::Finished));
    for _ in 0..2 {
        stage.act(&job, stage.replacement(&saying("two"))).await.unwrap();
        assert_eq!((said().as_str(), stage.power(&job).await), ("two", PowerState::Finished));
    }
    let broken = ContainerSpec { command: vec!["/bin/no-such-program".to_owned()], ..saying("three") };
    stage.act(&job, stage.replacement(&broken)).await.unwrap_err();
    assert_eq!((said().as_str(), stage.power(&job).await), ("two", PowerState::Finished));
    stage.act(&job, Action::Start).await.unwrap();
    assert_eq!(said(), "two\ntwo");
}
