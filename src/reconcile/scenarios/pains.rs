//! What users of other tools complain about, as far as applying is concerned; each test is named after a pain.

use std::collections::BTreeMap;

use driver::fake::{Mishap, Side};
use model::{Bytes, HealthCheck, HealthProbe, PowerState, Span, Spec};
use plan::PlanError;
use serde_json::json;

use super::{
    bench::Bench,
    build::{address, disk, port},
};
use crate::{PlanningError, RunResult};

#[tokio::test]
async fn unchanged_units_are_never_restarted_nor_redefined_however_often_one_applies() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    let second = house.domain_spec("web").interfaces["lan"].clone();
    let nic = model::spec::Interface { mac: None, ..second };
    house.domain_spec("web").interfaces.insert("one".into(), nic.clone());
    house.domain_spec("web").interfaces.insert("two".into(), nic);
    bench.settle(&house.desired).await;
    let before = bench.host.world();
    for _ in 0..5 {
        bench.expect_settled(&house.desired).await;
    }
    assert_eq!(bench.host.world(), before);
}

#[tokio::test]
async fn a_hand_made_vm_is_not_touched_when_management_is_turned_on() {
    let bench = Bench::new();
    let house = bench.furnished();
    let mine = address("domain/mine");
    let spec = house.desired.resources[&address("domain/web")].spec.clone();
    let Spec::Domain(mut spec) = spec else { panic!("a domain") };
    spec.uuid = None;
    bench.host.edit(|world| world.make_by_hand(mine.clone(), Spec::Domain(spec), PowerState::Running));
    let before = bench.host.world().objects[&mine].clone();
    bench.settle(&house.desired).await;
    bench.apply_and_prune(&house.clone().without("domain/web").desired).await;
    assert_eq!(bench.host.world().objects[&mine], before);
}

#[tokio::test]
async fn a_hand_made_vm_of_a_declared_name_is_an_error_and_not_an_overwrite() {
    let bench = Bench::new();
    let mut house = bench.house();
    let spec = house.bare_domain("web").spec.clone();
    bench.host.edit(|world| world.make_by_hand(address("domain/web"), spec, PowerState::Running));
    let Err(PlanningError::Refused(refusal)) = bench.plan(&house.desired).await else { panic!("refused") };
    assert!(matches!(refusal.errors[..], [PlanError::Unmanaged { .. }]), "{refusal}");
    assert_eq!(bench.calls().writes, 0);
}

#[tokio::test]
async fn title_metadata_cpus_memory_disk_and_nic_change_without_a_restart() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    bench.settle(&house.desired).await;
    let from = bench.log_length();
    house.volume("default/data", 1);
    let spec = house.domain_spec("web");
    spec.title = Some("Web".into());
    spec.labels = BTreeMap::from([("team".to_owned(), "a".to_owned())]);
    spec.vcpus.current = Some(3);
    spec.memory.current = Some(Bytes::gib(3));
    spec.disks.insert("data".into(), disk("default/data"));
    let nic = spec.interfaces["lan"].clone();
    spec.interfaces.insert("more".into(), model::spec::Interface { mac: None, ..nic });
    bench.settle(&house.desired).await;
    let log = bench.log_since(from);
    assert!(!log.iter().any(|line| line.starts_with("stop") || line.starts_with("start")), "{log:?}");
}

#[tokio::test]
async fn a_failed_apply_leaves_no_orphans_and_does_not_block_the_next() {
    let bench = Bench::new();
    let house = bench.furnished();
    let steps = bench.plan(&house.desired).await.expect("a plan").plan.steps.len() as u64;
    for nth in 1..=steps {
        let bench = Bench::new();
        let house = bench.furnished();
        bench.host.fail_nth(nth, Mishap::Refuse("not now".into()));
        assert_eq!(bench.apply(&house.desired).await.result, RunResult::Failed, "step {nth}");
        bench.settle(&house.desired).await;
        let objects: std::collections::BTreeSet<_> = bench.host.world().objects.into_keys().collect();
        assert_eq!(objects, house.addresses(), "step {nth}");
    }
}

#[tokio::test]
async fn an_invalid_replacement_never_takes_the_good_one_down() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    bench.settle(&house.desired).await;
    let good = bench.host.world().objects[&address("container/proxy")].clone();

    house.container_spec("proxy").env.insert("MODE".into(), "broken".into());
    house.resource("container/proxy").health = Some(HealthCheck {
        probe: HealthProbe::Script { script: "false".into() },
        interval: Span::seconds(1),
        timeout: Span::seconds(1),
        retries: 1,
        start_period: Span::seconds(0),
    });
    let report = bench.apply(&house.desired).await;
    assert_eq!(report.result, RunResult::Failed);
    assert_eq!(bench.host.world().objects[&address("container/proxy")], good);

    let mut house = bench.furnished();
    house.domain_spec("web").memory.maximum = Some(Bytes::new(0));
    let Err(PlanningError::Invalid { findings, .. }) = bench.plan(&house.desired).await else { panic!("invalid") };
    assert_eq!(findings[0].address, address("domain/web"));
    assert_eq!(bench.host.world().objects[&address("domain/web")].power, PowerState::Running);
}

#[tokio::test]
async fn a_tool_that_says_applied_has_looked() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    bench.settle(&house.desired).await;
    house.container_spec("proxy").limits.memory = Some(Bytes::mib(512));
    bench.host.fail_step(&address("container/proxy"), "configure", Mishap::Lie);
    let report = bench.apply(&house.desired).await;
    assert_eq!(report.result, RunResult::NotConverged);
    let unlike = &report.not_converged[0];
    assert_eq!((unlike.address.to_string(), unlike.fields[0].as_str()), ("container/proxy".into(), "limits.memory"));

    let planned = bench.plan(&house.desired).await.expect("a plan");
    let cause = planned.plan.changes[0].fields[0].cause;
    assert_eq!(cause, plan::Cause::Changed, "what never took is no drift");
    bench.host.mend();
    bench.settle(&house.desired).await;
}

#[tokio::test]
async fn defaults_and_computed_values_make_no_noise() {
    let bench = Bench::new();
    let house = bench.furnished();
    bench.settle(&house.desired).await;
    std::fs::remove_file(bench.state().rows().path()).expect("removed");
    bench.reconciler().rebuild_state().await.expect("rebuilt");
    let planned = bench.plan(&house.desired).await.expect("a plan");
    assert!(planned.plan.changes.is_empty(), "read in full: {:#?}", planned.plan.changes);
}

#[tokio::test]
async fn a_plan_acts_on_nothing() {
    let bench = Bench::new();
    let house = bench.furnished();
    for _ in 0..3 {
        bench.plan(&house.desired).await.expect("a plan");
    }
    assert_eq!(bench.calls().writes, 0);
    assert!(bench.host.world().objects.is_empty());
    assert_eq!(bench.state().generations().newest().expect("read"), None);
}

#[tokio::test]
async fn an_empty_evaluation_is_no_disaster() {
    let bench = Bench::new();
    let house = bench.furnished();
    bench.settle(&house.desired).await;
    let before = bench.host.world();
    let Err(PlanningError::Refused(refusal)) = bench.plan(&bench.house().desired).await else { panic!("refused") };
    assert!(matches!(refusal.errors[..], [PlanError::EmptyDeclaration { .. }]), "{refusal}");
    assert_eq!(bench.host.world(), before);
}

#[tokio::test]
async fn protection_outlives_the_block_that_declared_it() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    house.resource("container/proxy").policy.protect = true;
    bench.settle(&house.desired).await;
    bench.apply_and_prune(&house.clone().without("container/proxy").desired).await;
    assert!(bench.host.world().objects.contains_key(&address("container/proxy")));
}

#[tokio::test]
async fn pending_changes_clear_themselves_and_block_nothing() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    bench.settle(&house.desired).await;
    house.domain_spec("web").cpu.mode = Some("host-model".into());
    let report = bench.apply(&house.desired).await;
    assert!(report.is_success(), "{report}");
    let waiting = bench.plan(&house.desired).await.expect("a plan");
    assert!(waiting.plan.is_empty());
    assert_eq!(waiting.plan.changes[0].verb, plan::Verb::Pending, "still said");

    house.domain_spec("web").vcpus.current = Some(4);
    let report = bench.apply(&house.desired).await;
    assert!(report.is_success(), "{report}");
    let again = bench.plan(&house.desired).await.expect("a plan");
    assert_eq!(again.plan.changes[0].verb, plan::Verb::Pending, "still said");

    bench.host.edit(|world| {
        let web = world.objects.get_mut(&address("domain/web")).expect("there");
        web.live = Some(web.config.clone());
    });
    bench.settle(&house.desired).await;
    let cleared = bench.plan(&house.desired).await.expect("a plan");
    assert_eq!(cleared.plan.changes, [], "a cold start has cleared it");
}

#[tokio::test]
async fn a_daemon_that_restarted_everything_else_is_not_asked_to_restart_it_again() {
    let bench = Bench::new();
    let house = bench.furnished();
    bench.settle(&house.desired).await;
    let proxy = address("container/proxy");
    bench.host.edit(|world| world.objects.get_mut(&proxy).expect("there").starts += 1);
    bench.expect_settled(&house.desired).await;
}

#[tokio::test]
async fn a_volume_grows_in_place_under_its_running_domain() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    bench.settle(&house.desired).await;
    let id = bench.host.world().objects[&address("volume/default/root")].id.clone();
    house.volume_spec("default/root").capacity = Some(Bytes::gib(40));
    bench.settle(&house.desired).await;
    let world = bench.host.world();
    let volume = &world.objects[&address("volume/default/root")];
    let Spec::Volume(spec) = &volume.config else { panic!("a volume") };
    assert_eq!((&volume.id, spec.capacity), (&id, Some(Bytes::gib(40))));
    assert_eq!(world.objects[&address("domain/web")].starts, 1);
}

#[tokio::test]
async fn a_snapshot_overlay_survives_a_redefinition() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    bench.settle(&house.desired).await;
    let overlay = "/pools/default/root.snapshot1".to_owned();
    bench.host.edit(|world| {
        let web = world.objects.get_mut(&address("domain/web")).expect("there");
        let facts = web.domain.as_mut().expect("a domain");
        facts.snapshots = 1;
        facts.overlays.insert("root".into(), overlay.clone());
    });
    house.domain_spec("web").title = Some("Web".into());
    bench.settle(&house.desired).await;
    let facts = bench.host.world().objects[&address("domain/web")].domain.clone().expect("a domain");
    assert_eq!(facts.overlays["root"], overlay);
}

#[tokio::test]
async fn a_port_that_is_taken_fails_one_container_and_names_it() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    house.container_spec("proxy").ports.insert("80/tcp".into(), port(8080));
    bench.settle(&house.desired).await;
    house.container("second", "proxy:1");
    house.container_spec("second").ports.insert("80/tcp".into(), port(8080));
    let report = bench.apply(&house.desired).await;
    let failed: Vec<_> = report.failures().map(|(step, _)| step.address.to_string()).collect();
    assert_eq!(failed, ["container/second"]);
    assert!(report.to_string().contains("Bind for 8080 failed"), "{report}");
}

#[tokio::test]
async fn reported_drift_is_shown_each_time_and_left() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    house.resource("domain/web").policy.drift = model::DriftPolicy::Report;
    bench.settle(&house.desired).await;
    let web = address("domain/web");
    bench.host.edit(|world| world.set(&web, Side::Config, "title", Some(json!("theirs"))));
    house.domain_spec("web").title = None;
    bench.host.edit(|world| world.set(&web, Side::Live, "memory.current", Some(json!(Bytes::gib(1).get()))));
    for _ in 0..2 {
        let planned = bench.plan(&house.desired).await.expect("a plan");
        assert!(planned.plan.is_empty());
        assert_eq!(planned.plan.changes[0].verb, plan::Verb::Drift);
        bench.apply(&house.desired).await;
    }
}

#[tokio::test]
async fn a_network_that_changes_drops_no_vm() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    bench.settle(&house.desired).await;
    let from = bench.log_length();
    let Spec::Network(lan) = &mut house.resource("network/lan").spec else { panic!("a network") };
    lan.bridge = Some("br-lan".into());
    bench.settle(&house.desired).await;
    let log = bench.log_since(from);
    assert!(log.iter().any(|line| line.ends_with("network/lan")), "it is changed: {log:?}");
    assert!(!log.iter().any(|line| line.ends_with("domain/web")), "{log:?}");
}

#[tokio::test]
async fn a_new_emulator_path_waits_for_a_cold_start() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    house.domain_spec("web").emulator = Some("/nix/store/aaa-qemu/bin/qemu-system-x86_64".into());
    house.resource("domain/web").policy.on_change = model::OnChange::RestartIfNeeded;
    bench.settle(&house.desired).await;
    house.domain_spec("web").emulator = Some("/nix/store/bbb-qemu/bin/qemu-system-x86_64".into());
    let report = bench.apply(&house.desired).await;
    assert!(report.is_success(), "{report}");
    let web = bench.host.world().objects[&address("domain/web")].clone();
    let Spec::Domain(config) = &web.config else { panic!("a domain") };
    assert_eq!(web.starts, 1, "never restarted for it");
    assert_eq!(config.emulator, Some("/nix/store/bbb-qemu/bin/qemu-system-x86_64".into()), "configured all the same");
    let planned = bench.plan(&house.desired).await.expect("a plan");
    assert!(planned.plan.is_empty());
}

#[tokio::test]
async fn a_renamed_vm_is_not_rebuilt() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    house.domain_spec("web").interfaces.clear();
    house.resource("domain/web").power = model::Power::Stopped;
    bench.settle(&house.desired).await;
    let before = bench.host.world().objects[&address("domain/web")].clone();
    let mut renamed = house.resource("domain/web").clone();
    renamed.previous_names = vec!["web".parse().expect("a name")];
    house = house.without("domain/web");
    house.desired.resources.insert(address("domain/site"), renamed);
    bench.settle(&house.desired).await;
    let after = &bench.host.world().objects[&address("domain/site")];
    assert_eq!(after.id, before.id);
}

#[tokio::test]
async fn what_may_be_secret_in_the_state_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new();
    let mut house = bench.furnished();
    house.container_spec("proxy").env.insert("PASSWORD".into(), "hunter2".into());
    bench.settle(&house.desired).await;
    let saved = bench.path().join("plan.json");
    let planned = bench.plan(&house.desired).await.expect("a plan");
    let plan = crate::SavedPlan::new(bench.owner(), Default::default(), None, &planned, house.desired.clone());
    plan.write(&saved).expect("written");
    let mode = |path: &std::path::Path| path.metadata().expect("there").permissions().mode() & 0o777;
    for private in ["state", "journal", "generations"] {
        assert_eq!(mode(&bench.path().join(private)), 0o700, "{private}");
    }
    assert_eq!(mode(bench.state().rows().path()), 0o600);
    assert_eq!(mode(&saved), 0o600);
}
