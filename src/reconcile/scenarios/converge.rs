//! What is declared comes to be, and then nothing more is done.

use driver::fake::Side;
use model::{Bytes, DriftPolicy, PowerState, Spec};
use plan::{PlanOptions, Prune};
use serde_json::json;

use super::{
    bench::Bench,
    build::{address, bind, disk},
};
use crate::{ApplyError, Event, GenerationResult, PlanningError, RunResult, SavedPlan, SavedPlanError};

#[tokio::test]
async fn everything_declared_comes_to_be_and_a_second_apply_writes_nothing() {
    let bench = Bench::new();
    let house = bench.furnished();
    bench.settle(&house.desired).await;
    let world = bench.host.world();
    assert_eq!(world.objects.keys().cloned().collect::<std::collections::BTreeSet<_>>(), house.addresses());
    for unit in ["domain/web", "container/proxy"] {
        assert_eq!(world.objects[&address(unit)].power, PowerState::Running, "{unit}");
    }
    let newest = bench.state().generations().newest().expect("read").expect("one");
    assert_eq!((newest.number, newest.result), (1, GenerationResult::Succeeded));
}

#[tokio::test]
async fn a_second_apply_asks_each_backend_a_constant_number_of_questions() {
    let bench = Bench::new();
    let house = bench.furnished();
    bench.settle(&house.desired).await;
    let before = bench.calls().reads;
    bench.apply(&house.desired).await;
    let one_look = bench.calls().reads - before;
    assert!(one_look <= 11 + house.desired.resources.len() as u64, "{one_look} questions");
}

#[tokio::test]
async fn changes_of_every_kind_converge_with_the_least_disturbance() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    house.file("motd", "hello");
    house.container_spec("proxy").mounts.insert("/etc/motd".into(), bind("/files/motd"));
    bench.settle(&house.desired).await;
    let starts = |unit: &str| bench.host.world().objects[&address(unit)].starts;

    let spec = house.domain_spec("web");
    spec.vcpus.current = Some(4);
    spec.memory.current = Some(Bytes::gib(3));
    spec.title = Some("Web".into());
    house.volume("default/data", 5);
    house.domain_spec("web").disks.insert("data".into(), disk("default/data"));
    house.container_spec("proxy").limits.memory = Some(Bytes::mib(512));
    house.volume_spec("default/root").capacity = Some(Bytes::gib(20));
    bench.settle(&house.desired).await;
    assert_eq!((starts("domain/web"), starts("container/proxy")), (1, 1), "all of it is done while they run");

    house.container_spec("proxy").env.insert("MODE".into(), "fast".into());
    bench.settle(&house.desired).await;
    assert_eq!(bench.host.world().objects[&address("container/proxy")].starts, 1, "a new container, started once");
}

#[tokio::test]
async fn drift_behind_our_back_is_healed() {
    let bench = Bench::new();
    let house = bench.furnished();
    bench.settle(&house.desired).await;
    let (web, proxy) = (address("domain/web"), address("container/proxy"));
    bench.host.edit(|world| {
        world.set(&web, Side::Live, "memory.current", Some(json!(Bytes::gib(1).get())));
        world.set(&web, Side::Config, "disks.root", None);
        world.set(&web, Side::Live, "disks.root", None);
        world.set(&proxy, Side::Config, "limits.memory", Some(json!(Bytes::mib(64).get())));
    });
    let planned = bench.plan(&house.desired).await.expect("a plan");
    let verbs: Vec<_> = planned.plan.changes.iter().map(|change| (change.address.clone(), change.verb)).collect();
    assert_eq!(verbs, [(web, plan::Verb::Drift), (proxy, plan::Verb::Drift)]);
    bench.settle(&house.desired).await;
}

#[tokio::test]
async fn drift_that_its_policy_adopts_is_told_once_and_then_what_is_there_is_what_was_applied() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    house.resource("container/proxy").policy.drift = DriftPolicy::Adopt;
    bench.settle(&house.desired).await;
    let proxy = address("container/proxy");
    let limit = |mib| Some(json!(Bytes::mib(mib).get()));
    bench.host.edit(|world| world.set(&proxy, Side::Config, "limits.memory", limit(64)));
    let verbs = |planned: &crate::Planned| planned.plan.changes.iter().map(|change| change.verb).collect::<Vec<_>>();
    let planned = bench.plan(&house.desired).await.expect("a plan");
    assert_eq!((verbs(&planned), planned.plan.steps.len()), (vec![plan::Verb::Drift], 0));
    bench.apply(&house.desired).await;
    let row = &bench.state().rows().load().expect("read").applied.rows[&proxy];
    assert_eq!(row.accepted.get(&"limits.memory".into()), limit(64).as_ref());
    assert!(verbs(&bench.plan(&house.desired).await.expect("a plan")).is_empty(), "it was accepted");

    bench.host.edit(|world| world.set(&proxy, Side::Config, "limits.memory", limit(32)));
    assert_eq!(verbs(&bench.plan(&house.desired).await.expect("a plan")), [plan::Verb::Drift]);
    house.resource("container/proxy").policy.drift = DriftPolicy::Revert;
    bench.settle(&house.desired).await;
    let Spec::Container(spec) = bench.host.world().objects[&proxy].config.clone() else { panic!("a container") };
    assert_eq!(spec.limits.memory, Some(Bytes::mib(256)));
    assert!(bench.state().rows().load().expect("read").applied.rows[&proxy].accepted.is_empty());
}

#[tokio::test]
async fn what_left_the_declaration_is_stopped_at_once_and_removed_after_its_grace() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    house.resource("domain/web").policy.prune_grace = model::Span::seconds(3600);
    bench.settle(&house.desired).await;
    let (web, without) = (address("domain/web"), house.clone().without("domain/web"));

    let report = bench.apply(&without.desired).await;
    assert!(report.is_success(), "{report}");
    assert_eq!(bench.host.world().objects[&web].power, PowerState::Off, "stopped, not removed");
    bench.expect_settled(&without.desired).await;

    bench.later(7200);
    let report = bench.apply(&without.desired).await;
    assert!(report.is_success(), "{report}");
    let world = bench.host.world();
    assert!(!world.objects.contains_key(&web), "its grace is over");
    assert!(world.objects.contains_key(&address("volume/default/root")), "its data stays");
    bench.expect_settled(&without.desired).await;
}

#[tokio::test]
async fn what_comes_back_within_its_grace_goes_on_as_before() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    house.resource("domain/web").policy.prune_grace = model::Span::seconds(3600);
    bench.settle(&house.desired).await;
    let id = bench.host.world().objects[&address("domain/web")].id.clone();
    bench.apply(&house.clone().without("domain/web").desired).await;
    bench.settle(&house.desired).await;
    let object = &bench.host.world().objects[&address("domain/web")];
    assert_eq!((&object.id, object.power), (&id, PowerState::Running));
    bench.later(7200);
    bench.expect_settled(&house.desired).await;
}

#[tokio::test]
async fn a_renamed_container_is_the_same_container() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    bench.settle(&house.desired).await;
    let id = bench.host.world().objects[&address("container/proxy")].id.clone();
    house = house.without("container/proxy");
    house.container("edge", "proxy:1").previous_names = vec!["proxy".parse().expect("a name")];
    bench.settle(&house.desired).await;
    let world = bench.host.world();
    assert_eq!(world.objects[&address("container/edge")].id, id);
    assert!(!world.objects.contains_key(&address("container/proxy")));
}

#[tokio::test]
async fn a_saved_plan_does_exactly_that_once() {
    let bench = Bench::new();
    let house = bench.furnished();
    let path = bench.path().join("plan.json");
    let reconciler = bench.reconciler();
    let planned = reconciler.plan(&house.desired, &PlanOptions::default()).await.expect("a plan");
    let now = jiff::Timestamp::UNIX_EPOCH;
    SavedPlan::new(bench.owner(), now, None, &planned, house.desired.clone()).write(&path).expect("written");

    let saved = SavedPlan::read(&path, bench.owner()).expect("as it was written");
    let resumed = reconciler.resume(&saved).await.expect("nothing has moved");
    let report = reconciler.apply(&resumed, &saved.desired, &Default::default(), None).await.expect("applied");
    assert_eq!(report.steps.len(), planned.plan.steps.len());
    assert!(report.is_success(), "{report}");

    let again = reconciler.resume(&saved).await.expect_err("the world has moved, by this very plan");
    assert!(matches!(again, PlanningError::Moved(_)), "{again:?}");
    std::fs::remove_file(&path).expect("removed");
    bench.expect_settled(&house.desired).await;
}

#[tokio::test]
async fn a_saved_plan_that_was_touched_is_refused() {
    let bench = Bench::new();
    let mut house = bench.house();
    house.bare_domain("web");
    let planned = bench.plan(&house.desired).await.expect("a plan");
    let path = bench.path().join("plan.json");
    let now = jiff::Timestamp::UNIX_EPOCH;
    SavedPlan::new(bench.owner(), now, None, &planned, house.desired.clone()).write(&path).expect("written");
    let text = std::fs::read_to_string(&path).expect("read");
    std::fs::write(&path, text.replace("domain/web", "domain/wob")).expect("written");
    let error = SavedPlan::read(&path, bench.owner()).expect_err("touched");
    assert!(matches!(error, SavedPlanError::Tampered { .. }), "{error:?}");
}

#[tokio::test]
async fn a_plan_for_another_world_is_not_applied() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    bench.settle(&house.desired).await;
    house.domain_spec("web").vcpus.current = Some(4);
    let reconciler = bench.reconciler();
    let planned = reconciler.plan(&house.desired, &PlanOptions::default()).await.expect("a plan");
    let web = address("domain/web");
    bench.host.edit(|world| world.set(&web, Side::Config, "title", Some(json!("mine"))));
    let error = reconciler.apply(&planned, &house.desired, &Default::default(), None).await.expect_err("moved");
    assert!(matches!(error, ApplyError::Moved(_)), "{error:?}");
    assert!(error.to_string().contains("domain/web was reconfigured"), "{error}");
}

#[tokio::test]
async fn a_plan_that_another_run_has_overtaken_is_not_applied() {
    let bench = Bench::new();
    let mut house = bench.house();
    house.bare_domain("web");
    let reconciler = bench.reconciler();
    let planned = reconciler.plan(&house.desired, &PlanOptions::default()).await.expect("a plan");
    bench.settle(&house.desired).await;
    let error = reconciler.apply(&planned, &house.desired, &Default::default(), None).await.expect_err("overtaken");
    assert!(matches!(error, ApplyError::Overtaken), "{error:?}");
}

#[tokio::test]
async fn a_generation_is_made_for_a_new_wish_and_not_for_the_same_one() {
    let bench = Bench::new();
    let mut house = bench.house();
    house.bare_domain("web");
    bench.settle(&house.desired).await;
    bench.apply(&house.desired).await;
    house.resource("domain/web").policy.protect = true;
    bench.settle(&house.desired).await;
    let numbers: Vec<_> = bench.state().generations().list().expect("read").iter().map(|g| g.number).collect();
    assert_eq!(numbers, [1, 2]);
}

#[tokio::test]
async fn going_back_is_applying_an_earlier_generation_again() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    bench.settle(&house.desired).await;
    house.domain_spec("web").vcpus.current = Some(4);
    bench.settle(&house.desired).await;
    let first = bench.state().generations().desired(1).expect("kept");
    bench.settle(&first).await;
    let Spec::Domain(web) = &bench.host.world().objects[&address("domain/web")].config else { panic!("a domain") };
    assert_eq!(web.vcpus.current, Some(2));
}

#[tokio::test]
async fn progress_is_told_step_by_step() {
    let bench = Bench::new();
    let mut house = bench.house();
    house.bare_domain("web");
    let (sender, mut events) = tokio::sync::mpsc::channel(64);
    let reconciler = bench.reconciler();
    let planned = reconciler.plan(&house.desired, &PlanOptions::default()).await.expect("a plan");
    reconciler.apply(&planned, &house.desired, &Default::default(), Some(sender)).await.expect("applied");
    let mut told = Vec::new();
    while let Some(event) = events.recv().await {
        told.push(match event {
            Event::Begun { steps, .. } => format!("begun: {steps}"),
            Event::StepStarted { verb, address, .. } => format!("started: {verb} {address}"),
            Event::StepFinished { verb, address, .. } => format!("finished: {verb} {address}"),
            Event::Verifying => "verifying".to_owned(),
            Event::RollingBack { to } => format!("rolling back to {to}"),
        });
    }
    assert_eq!(
        told,
        [
            "begun: 2",
            "started: create domain/web",
            "finished: create domain/web",
            "started: start domain/web",
            "finished: start domain/web",
            "verifying",
        ]
    );
}

#[tokio::test]
async fn a_lost_state_is_made_anew_from_marks_and_generations() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    bench.settle(&house.desired).await;
    let rows = bench.state().rows().path().to_owned();
    std::fs::write(&rows, "no such thing").expect("written");
    let error = bench.plan(&house.desired).await.expect_err("damaged");
    assert!(error.to_string().contains("`hypernix state rebuild`"), "{error}");

    let rebuilt = bench.reconciler().rebuild_state().await.expect("rebuilt");
    assert_eq!(rebuilt, house.desired.resources.len());
    let planned = bench.plan(&house.desired).await.expect("a plan");
    assert!(planned.plan.is_empty(), "{:#?}", planned.plan.changes);
    house.domain_spec("web").title = Some("Web".into());
    bench.settle(&house.desired).await;
}

#[tokio::test]
async fn pruning_at_once_removes_what_is_not_declared_and_only_what_is_ours() {
    let bench = Bench::new();
    let house = bench.furnished();
    bench.settle(&house.desired).await;
    let handmade = address("domain/handmade");
    let spec = house.desired.resources[&address("domain/web")].spec.clone();
    bench.host.edit(|world| world.make_by_hand(handmade.clone(), spec, PowerState::Running));
    let report = bench.apply_and_prune(&house.clone().without("container/proxy").desired).await;
    assert_eq!(report.result, RunResult::Succeeded, "{report}");
    let world = bench.host.world();
    assert!(!world.objects.contains_key(&address("container/proxy")));
    assert_eq!(world.objects[&handmade].power, PowerState::Running);
    assert_eq!(Prune::default(), Prune::AfterGrace, "only when asked for");
}
