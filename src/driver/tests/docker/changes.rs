use model::{
    Bytes, FieldPath, Kind, PowerState, Seen, Spec,
    spec::{ContainerSpec, Limits, RestartPolicy},
};
use plan::Action;

use crate::stage::{Stage, by_hand, chain, sleeper};

fn configure(stage: &Stage, spec: &ContainerSpec, fields: &[&str]) -> Action {
    let spec = Spec::Container(spec.clone());
    let fields = fields.iter().map(|field| FieldPath::from(*field)).collect();
    Action::Configure { mark: stage.mark(&spec), spec, fields }
}

fn limited(limits: Limits) -> ContainerSpec {
    ContainerSpec { limits, ..sleeper() }
}

#[tokio::test]
async fn limits_and_restart_policy_change_while_it_runs() {
    let mut stage = Stage::new("update").await;
    let web = stage.address(Kind::Container, "web");
    let before = Limits {
        memory: Some(Bytes::mib(64)),
        nano_cpus: Some(500_000_000),
        pids: Some(50),
        cpu_shares: Some(512),
        ..Limits::default()
    };
    stage.run(&web, &limited(before)).await;
    let id = stage.id(&web).await;
    let after =
        Limits { memory: Some(Bytes::mib(128)), nano_cpus: Some(1_000_000_000), pids: Some(60), ..Limits::default() };
    let restart = Some(RestartPolicy { name: "on-failure".to_owned(), max_retries: 4 });
    let spec = ContainerSpec { restart, ..limited(after) };
    let fields =
        ["limits.memory", "limits.nanoCpus", "limits.pids", "limits.cpuShares", "restart.name", "restart.maxRetries"];
    for _ in 0..2 {
        let done = stage.act(&web, configure(&stage, &spec, &fields)).await.unwrap();
        stage.remember(&web, Spec::Container(spec.clone()), done);
    }
    stage.assert_as(&web, &Spec::Container(spec)).await;
    assert_eq!((stage.id(&web).await, stage.power(&web).await), (id, PowerState::Running));
    assert_eq!(stage.observe(&web).await.unwrap().seen, Seen::Unchanged);
}

#[tokio::test]
async fn limits_that_are_declared_no_more_go_where_the_engine_lets_them() {
    let mut stage = Stage::new("unlimit").await;
    let web = stage.address(Kind::Container, "web");
    let limits =
        Limits { memory: Some(Bytes::mib(64)), nano_cpus: Some(500_000_000), pids: Some(50), ..Limits::default() };
    stage.run(&web, &limited(limits.clone())).await;
    let unlimited = limited(Limits { memory: limits.memory, ..Limits::default() });
    stage.act(&web, configure(&stage, &unlimited, &["limits.nanoCpus", "limits.pids"])).await.unwrap();
    let there = stage.read_container(&web).await.limits;
    let all = by_hand(&["info", "--format", "{{.NCPU}}"]).1.parse::<u64>().unwrap() * 1_000_000_000;
    assert_eq!((there.pids, there.nano_cpus), (None, Some(all)), "all CPUs is no limit");
    // The engine takes the request and does nothing.
    let error = stage.act(&web, configure(&stage, &limited(Limits::default()), &["limits.memory"])).await.unwrap_err();
    let said = "was told to configure, but reads back differently: limits.memory is still 67108864";
    assert_eq!(chain(&error), format!("{web} {said}"));
    let id = stage.id(&web).await;
    stage.act(&web, stage.replacement(&limited(Limits::default()))).await.unwrap();
    assert_ne!(stage.id(&web).await, id);
    assert_eq!(stage.read_container(&web).await.limits.memory, None);
}

#[tokio::test]
async fn a_change_behind_our_back_is_seen() {
    let mut stage = Stage::new("drift").await;
    let web = stage.address(Kind::Container, "web");
    let spec = limited(Limits { pids: Some(50), ..Limits::default() });
    stage.run(&web, &spec).await;
    assert_eq!(stage.observe(&web).await.unwrap().seen, Seen::Unchanged);
    assert!(by_hand(&["update", "--pids-limit", "60", &web.name]).0);
    assert!(matches!(stage.observe(&web).await.unwrap().seen, Seen::Parsed { .. }));
    assert_eq!(stage.read_container(&web).await.limits.pids, Some(60));
    stage.act(&web, configure(&stage, &spec, &["limits.pids"])).await.unwrap();
    assert_eq!(stage.observe(&web).await.unwrap().seen, Seen::Unchanged);
}

#[tokio::test]
async fn what_cannot_change_in_place_is_refused_by_name() {
    let mut stage = Stage::new("fixed").await;
    let web = stage.address(Kind::Container, "web");
    stage.run(&web, &sleeper()).await;
    let error = stage.act(&web, configure(&stage, &sleeper(), &["env.MODE"])).await.unwrap_err();
    let said = "the engine cannot change `env.MODE` of a container that exists";
    assert_eq!(chain(&error), format!("cannot configure {web}: {said}"));
}
