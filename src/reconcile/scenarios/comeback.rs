//! What becomes of units that do not start with a new definition, or do not work when they run.

use driver::fake::{Mishap, Side};
use model::{Bytes, Gate, HealthCheck, HealthProbe, OnChange, PowerState, Span, Spec, spec::DomainMemory};
use plan::Verb;

use super::{
    bench::Bench,
    build::{House, address},
};
use crate::{RunResult, StepStatus};

/// A running domain that a new machine restarts.
async fn running(bench: &Bench) -> (House, House) {
    let mut house = bench.furnished();
    house.resource("domain/web").policy.on_change = OnChange::RestartIfNeeded;
    bench.settle(&house.desired).await;
    let mut other = house.clone();
    other.domain_spec("web").vcpus.maximum = Some(8);
    (house, other)
}

/// The most CPUs that the domain is configured for, and whether it runs.
fn web(bench: &Bench) -> (Option<u32>, PowerState) {
    let world = bench.host.world();
    let object = &world.objects[&address("domain/web")];
    let Spec::Domain(spec) = &object.config else { panic!("a domain") };
    (spec.vcpus.maximum, object.power)
}

#[tokio::test]
async fn a_unit_that_does_not_start_with_its_new_definition_gets_the_old_one_back_and_runs() {
    let bench = Bench::new();
    let (house, other) = running(&bench).await;
    let before = web(&bench);
    bench.host.fail_step(&address("domain/web"), "start", Mishap::Refuse("no such machine".into()));
    let report = bench.apply(&other.desired).await;
    assert_eq!(report.result, RunResult::Failed);
    assert_eq!(web(&bench), before);
    let configured = report.steps.iter().find(|step| step.verb == "configure").expect("it was configured");
    assert!(matches!(configured.status, StepStatus::Undone { .. }), "{report}");
    let told = report.to_string();
    assert!(told.contains("configure domain/web: taken back") && told.contains("no such machine"), "{told}");

    let planned = bench.plan(&other.desired).await.expect("a plan");
    let verb = planned.plan.change_of(&address("domain/web")).map(|change| change.verb);
    assert_eq!(verb, Some(Verb::Restart), "it is a change still, not drift");
    bench.settle(&house.desired).await;
    bench.host.mend();
    bench.settle(&other.desired).await;
    assert_eq!(web(&bench), (Some(8), PowerState::Running));
}

#[tokio::test]
async fn a_script_that_keeps_a_unit_from_starting_brings_the_old_definition_back_too() {
    let bench = Bench::new();
    let (_, mut other) = running(&bench).await;
    let before = web(&bench);
    other.resource("domain/web").hooks.pre_start = "false".into();
    let report = bench.apply(&other.desired).await;
    assert_eq!(report.result, RunResult::Failed);
    assert_eq!(web(&bench), before, "{report}");
}

#[tokio::test]
async fn an_old_definition_that_could_not_be_brought_back_is_not_forgotten() {
    let bench = Bench::new();
    let (_, other) = running(&bench).await;
    let before = web(&bench);
    for verb in ["start", "restore"] {
        bench.host.fail_step(&address("domain/web"), verb, Mishap::Refuse("no memory".into()));
    }
    let report = bench.apply(&other.desired).await;
    let told = report.to_string();
    assert!(told.contains("nor could its previous definition be started"), "{told}");
    assert_eq!(web(&bench), (Some(8), PowerState::Off));

    bench.host.mend();
    bench.host.fail_step(&address("domain/web"), "start", Mishap::Refuse("no memory".into()));
    bench.apply(&other.desired).await;
    assert_eq!(web(&bench), before, "another run brings it back");
}

#[tokio::test]
async fn a_unit_that_was_off_stays_off_when_it_does_not_start() {
    let bench = Bench::new();
    let (mut house, _) = running(&bench).await;
    house.resource("domain/web").power = model::Power::Stopped;
    bench.settle(&house.desired).await;
    house.resource("domain/web").power = model::Power::Running;
    house.domain_spec("web").vcpus.maximum = Some(8);
    bench.host.fail_step(&address("domain/web"), "start", Mishap::Refuse("no memory".into()));
    bench.apply(&house.desired).await;
    assert_eq!(web(&bench), (Some(8), PowerState::Off));
}

#[tokio::test]
async fn memory_given_to_a_guest_that_had_given_it_back_is_drift() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    let size = Bytes::mib(256);
    house.domain_spec("web").memory =
        DomainMemory { maximum: Some(Bytes::mib(512)), current: Some(size), ..DomainMemory::default() };
    bench.settle(&house.desired).await;
    let web = address("domain/web");
    let more = Some(serde_json::json!(Bytes::mib(512)));
    bench.host.edit(|world| world.set(&web, Side::Live, "memory.current", more));
    let planned = bench.plan(&house.desired).await.expect("a plan");
    let change = planned.plan.change_of(&web).expect("somebody gave it more");
    assert_eq!(change.verb, Verb::Drift);
    bench.settle(&house.desired).await;
    let world = bench.host.world();
    let Some(Spec::Domain(live)) = &world.objects[&web].live else { panic!("it runs") };
    assert_eq!(live.memory.current, Some(size));
}

fn checked(house: &mut House, unit: &str) {
    let span = Span::seconds(1);
    let probe = HealthProbe::Script { script: "true".into() };
    house.resource(unit).health =
        Some(HealthCheck { probe, interval: span, timeout: span, retries: 1, start_period: span });
}

#[tokio::test]
async fn a_unit_that_failed_its_check_is_checked_again_until_it_works() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    for unit in ["domain/web", "container/proxy"] {
        checked(&mut house, unit);
        bench.host.fail_step(&address(unit), "await health", Mishap::Refuse("it answers 503".into()));
    }
    for _ in 0..2 {
        let report = bench.apply(&house.desired).await;
        assert_eq!(report.result, RunResult::Failed, "{report}");
        let rows = bench.state().rows().load().expect("sound").applied.rows;
        let planned = bench.plan(&house.desired).await.expect("a plan");
        for unit in ["domain/web", "container/proxy"] {
            assert_eq!(rows[&address(unit)].gate, Gate::Shut, "{unit}");
            let change = planned.plan.change_of(&address(unit)).expect("it is not unchanged");
            assert_eq!((change.verb, change.steps.len()), (Verb::Check, 1), "{unit}");
        }
    }
    bench.host.mend();
    let from = bench.log_length();
    bench.settle(&house.desired).await;
    let log = bench.log_since(from).join(", ");
    assert!(!log.contains("start"), "it is only checked: {log}");
}

#[tokio::test]
async fn a_check_that_is_no_longer_declared_leaves_nothing_to_do() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    checked(&mut house, "domain/web");
    bench.host.fail_step(&address("domain/web"), "await health", Mishap::Refuse("it answers 503".into()));
    bench.apply(&house.desired).await;
    house.resource("domain/web").health = None;
    bench.settle(&house.desired).await;
    checked(&mut house, "domain/web");
    bench.settle(&house.desired).await;
}
