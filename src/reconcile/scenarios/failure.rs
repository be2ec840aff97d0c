//! Steps fail; the rest goes on, and the report names each.

use std::time::Duration;

use driver::fake::{Mishap, Moment};
use model::{
    Backend, Power, PowerState, Spec,
    spec::{ContainerSpec, Interface, InterfaceSource},
};
use plan::{Action, PlanOptions, Unreachable};
use tokio_util::sync::CancellationToken;

use super::{bench::Bench, build::address};
use crate::{
    ApplyError, ApplyOptions, GenerationResult, LockError, OnFailure, Purpose, RunResult, StepStatus,
    lock::{Holder, Lock},
};

fn statuses(report: &crate::Report) -> Vec<String> {
    let line = |step: &crate::StepReport| {
        let status = match &step.status {
            StepStatus::Done => "done".to_owned(),
            StepStatus::Failed { error } => format!("failed: {error}"),
            StepStatus::Skipped { because } => format!("skipped for step {}", because.0),
            StepStatus::Undone { because } => format!("undone for step {}", because.0),
            StepStatus::Cancelled => "not begun".to_owned(),
        };
        format!("{} {}: {status}", step.verb, step.address)
    };
    report.steps.iter().map(line).collect()
}

#[tokio::test]
async fn a_failed_step_skips_its_dependants_and_the_rest_goes_on() {
    let bench = Bench::new();
    let house = bench.furnished();
    bench.host.fail_step(&address("volume/default/root"), "create", Mishap::Refuse("no space left".into()));
    let report = bench.apply(&house.desired).await;
    assert_eq!(report.result, RunResult::Failed);
    assert_eq!(
        statuses(&report),
        [
            "create network/lan: done",
            "create docker-network/front: done",
            "create pool/default: done",
            "create volume/default/root: failed: cannot create volume/default/root: no space left",
            "create seed/web: done",
            "create container-image/proxy:1: done",
            "create domain/web: skipped for step 4",
            "start domain/web: skipped for step 4",
            "create container/proxy: done",
            "start container/proxy: done",
        ]
    );
    let newest = bench.state().generations().newest().expect("read").expect("one");
    assert_eq!(newest.result, GenerationResult::Failed);

    bench.host.mend();
    bench.settle(&house.desired).await;
}

#[tokio::test]
async fn a_failed_unit_holds_back_only_the_removals_that_concern_it() {
    let bench = Bench::new();
    let mut house = bench.house();
    for name in ["stays", "goes", "gives-way"] {
        house.bare_domain(name);
    }
    bench.settle(&house.desired).await;
    let mut without = house.without("domain/goes").without("domain/gives-way");
    without.image("proxy:1");
    without.container("gives-way", "proxy:1").spec =
        Spec::Container(ContainerSpec { image: "proxy:1".into(), ..ContainerSpec::default() });
    bench.host.fail_step(&address("container/gives-way"), "start", Mishap::Refuse("it does not work".into()));
    let options = bench.pruning(&without.desired).await;
    let report = bench.apply_with(&without.desired, &options, &ApplyOptions::default()).await;
    assert_eq!(report.result, RunResult::Failed, "{report}");
    let world = bench.host.world();
    assert!(!world.objects.contains_key(&address("domain/goes")), "a failure elsewhere held it back");
    assert_eq!(
        world.objects[&address("domain/gives-way")].power,
        PowerState::Running,
        "the new one has not proved itself"
    );
    bench.host.mend();
    let options = bench.pruning(&without.desired).await;
    let report = bench.apply_with(&without.desired, &options, &ApplyOptions::default()).await;
    assert!(report.is_success(), "{report}");
    assert!(!bench.host.world().objects.contains_key(&address("domain/gives-way")));
}

#[tokio::test]
async fn a_failed_run_returns_to_the_last_good_generation_when_asked_to() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    bench.settle(&house.desired).await;
    let before = house.desired.clone();
    house.domain_spec("web").vcpus.current = Some(4);
    house.bare_domain("new");
    house.bare_domain("bad");
    bench.host.fail_step(&address("domain/bad"), "start", Mishap::Refuse("it does not boot".into()));
    let options = ApplyOptions { on_failure: OnFailure::RollBack, ..ApplyOptions::default() };
    let report = bench.apply_with(&house.desired, &PlanOptions::default(), &options).await;
    assert_eq!(report.result, RunResult::Failed);
    let rollback = report.rollback.as_ref().unwrap_or_else(|| panic!("rolled back: {report}"));
    assert!(rollback.is_success(), "{report}");
    assert!(report.to_string().contains("\nrolled back: applied: generation 3"), "{report}");

    let world = bench.host.world();
    let Spec::Domain(web) = &world.objects[&address("domain/web")].config else { panic!("a domain") };
    assert_eq!(web.vcpus.current, Some(2));
    for made in ["domain/new", "domain/bad"] {
        let gone = world.objects.get(&address(made)).is_none_or(|object| object.power == PowerState::Off);
        assert!(gone, "{made} is gone, or stopped until its grace is over");
    }
    bench.host.mend();
    bench.expect_settled(&before).await;
    let generations = bench.state().generations().list().expect("read");
    let results: Vec<_> = generations.iter().map(|g| (g.number, g.result, g.rollback_to)).collect();
    assert_eq!(
        results,
        [
            (1, GenerationResult::Succeeded, None),
            (2, GenerationResult::Failed, None),
            (3, GenerationResult::Succeeded, Some(1)),
        ]
    );
}

#[tokio::test]
async fn a_run_that_nobody_confirmed_is_undone_and_the_way_back_is_a_generation() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    bench.settle(&house.desired).await;
    let before = house.desired.clone();
    house.domain_spec("web").vcpus.current = Some(4);
    bench.settle(&house.desired).await;

    let reconciler = bench.reconciler();
    let options = (PlanOptions::default(), ApplyOptions::default());
    let report = reconciler.return_to(1, &options.0, &options.1, None).await.expect("undone");
    assert!(report.is_success(), "{report}");
    bench.expect_settled(&before).await;
    let newest = bench.state().generations().newest().expect("read").expect("there is one");
    assert_eq!((newest.number, newest.rollback_to), (3, Some(1)));
}

#[tokio::test]
async fn whoever_has_patience_gets_its_turn_once_the_other_process_ends() {
    let bench = Bench::new();
    let mut house = bench.house();
    house.bare_domain("web");
    let planned = bench.plan(&house.desired).await.expect("planned");
    let other = Lock::acquire(&bench.state(), &Holder::this_process(jiff::Timestamp::UNIX_EPOCH)).expect("free");
    let patient = ApplyOptions { patience: Duration::from_secs(60), ..ApplyOptions::default() };
    let reconciler = bench.reconciler();
    let waiting = reconciler.apply(&planned, &house.desired, &patient, None);
    let mut waiting = std::pin::pin!(waiting);
    assert!(futures::poll!(&mut waiting).is_pending(), "it waits");
    drop(other);
    assert!(waiting.await.expect("its turn").is_success());
}

#[tokio::test]
async fn without_an_earlier_generation_there_is_nothing_to_return_to() {
    let bench = Bench::new();
    let mut house = bench.house();
    house.bare_domain("web");
    bench.host.fail_step(&address("domain/web"), "start", Mishap::Refuse("no".into()));
    let options = ApplyOptions { on_failure: OnFailure::RollBack, ..ApplyOptions::default() };
    let report = bench.apply_with(&house.desired, &PlanOptions::default(), &options).await;
    assert_eq!(report.notes, ["not rolled back: no earlier generation succeeded"]);
}

#[tokio::test]
async fn while_another_process_changes_the_host_nothing_is_done_and_it_is_named() {
    let bench = Bench::new();
    let mut house = bench.house();
    house.bare_domain("web");
    let other = Holder {
        pid: 4711,
        command: "hypernix apply /etc/other.nix".into(),
        user: "eve".into(),
        since: jiff::Timestamp::UNIX_EPOCH,
    };
    let held = Lock::acquire(&bench.state(), &other).expect("free");
    let planned = bench.plan(&house.desired).await.expect("planning needs no lock");
    let error =
        bench.reconciler().apply(&planned, &house.desired, &ApplyOptions::default(), None).await.expect_err("held");
    let ApplyError::Lock(LockError::Held { holder: Some(holder) }) = error else { panic!("{error:?}") };
    assert_eq!(holder, other);
    assert_eq!(bench.calls().writes, 0);
    drop(held);
    bench.settle(&house.desired).await;
}

#[tokio::test]
async fn stopping_lets_what_is_in_flight_end_and_begins_nothing_more() {
    let bench = Bench::new();
    let house = bench.furnished();
    let cancel = CancellationToken::new();
    let at_the_pool = cancel.clone();
    bench.host.on_moment(move |moment, step| {
        if moment == Moment::Before && step.address == address("pool/default") {
            at_the_pool.cancel();
        }
    });
    let options = ApplyOptions { cancel, ..ApplyOptions::default() };
    let report = bench.apply_with(&house.desired, &PlanOptions::default(), &options).await;
    assert_eq!(report.result, RunResult::Cancelled, "{report}");
    let of = |at: &str| report.steps.iter().find(|step| step.address == address(at)).map(|step| step.status.clone());
    assert_eq!(of("pool/default"), Some(StepStatus::Done));
    assert_eq!(of("domain/web"), Some(StepStatus::Cancelled));
    let planned = bench.plan(&house.desired).await.expect("a plan");
    assert_eq!(planned.recovery, None, "a stopped run is no killed one");
    bench.settle(&house.desired).await;
}

#[tokio::test(start_paused = true)]
async fn a_backend_that_never_answers_costs_its_step_and_no_more() {
    let bench = Bench::new();
    let mut house = bench.house();
    house.bare_domain("web");
    house.bare_domain("db");
    bench.host.fail_step(&address("domain/db"), "start", Mishap::Hang);
    let began = tokio::time::Instant::now();
    let report = bench.apply(&house.desired).await;
    assert!(began.elapsed() <= Duration::from_secs(600));
    let failed: Vec<_> = report.failures().map(|(step, error)| (step.address.to_string(), error.to_owned())).collect();
    assert_eq!(failed, [("domain/db".to_owned(), "domain/db did not start within 180s".to_owned())]);
    bench.host.mend();
    bench.settle(&house.desired).await;
}

#[tokio::test]
async fn what_a_backend_did_too_late_is_seen_by_the_next_look() {
    let bench = Bench::new();
    let mut house = bench.house();
    house.bare_domain("web");
    bench.host.fail_step(&address("domain/web"), "create", Mishap::Late);
    assert_eq!(bench.apply(&house.desired).await.result, RunResult::Failed);
    bench.host.mend();
    let from = bench.log_length();
    bench.settle(&house.desired).await;
    assert_eq!(bench.log_since(from), ["start domain/web"], "it was made already");
}

#[tokio::test]
async fn a_volume_that_was_made_too_late_is_ours_all_the_same() {
    let bench = Bench::new();
    let house = bench.furnished();
    bench.host.fail_step(&address("volume/default/root"), "create", Mishap::Late);
    assert_eq!(bench.apply(&house.desired).await.result, RunResult::Failed);
    bench.host.mend();
    bench.settle(&house.desired).await;
}

#[tokio::test]
async fn a_backend_that_goes_away_in_the_middle_has_not_lost_what_it_made() {
    let bench = Bench::new();
    let house = bench.furnished();
    let host = bench.host.clone();
    bench.host.on_moment(move |moment, step| {
        if moment == Moment::After && step.address == address("volume/default/root") {
            host.cut(Backend::Libvirt);
        }
    });
    let report = bench.apply(&house.desired).await;
    assert_eq!(report.result, RunResult::Failed, "{report}");
    assert!(report.to_string().contains("create domain/web: the connection is lost"), "{report}");
    bench.host.mend();
    bench.host.on_moment(|_, _| {});
    bench.settle(&house.desired).await;
}

#[tokio::test]
async fn with_one_backend_down_the_other_is_served_when_asked() {
    let bench = Bench::new();
    let house = bench.furnished();
    bench.host.cut(Backend::Docker);
    let refused = bench.plan(&house.desired).await.expect_err("docker is needed");
    assert!(refused.to_string().contains("docker cannot be read"), "{refused}");

    let partial = PlanOptions { unreachable: Unreachable::LeaveOut, ..PlanOptions::default() };
    let report = bench.apply_with(&house.desired, &partial, &ApplyOptions::default()).await;
    assert!(report.is_success(), "{report}");
    assert_eq!(bench.host.world().objects[&address("domain/web")].power, PowerState::Running);
    bench.host.mend();
    bench.settle(&house.desired).await;
}

#[tokio::test]
async fn a_backend_that_nothing_needs_may_be_down() {
    let bench = Bench::new();
    let mut house = bench.house();
    house.bare_domain("web");
    bench.host.cut(Backend::Docker);
    bench.settle(&house.desired).await;
}

#[tokio::test]
async fn deeds_that_no_declaration_asks_for_are_done_and_remembered_as_such() {
    let bench = Bench::new();
    let mut house = bench.house();
    house.bare_domain("web");
    bench.settle(&house.desired).await;
    let pause = plan::Step {
        id: plan::StepId(1),
        address: address("domain/web"),
        action: Action::Pause,
        after: Default::default(),
    };
    let report = bench.reconciler().perform(vec![pause], &ApplyOptions::default(), None).await.expect("done");
    assert!(report.is_success(), "{report}");
    assert_eq!(report.generation, None);
    assert_eq!(bench.host.world().objects[&address("domain/web")].power, PowerState::Paused);
    bench.settle(&house.desired).await;
    assert_eq!(bench.host.world().objects[&address("domain/web")].power, PowerState::Running);
}

#[tokio::test]
async fn a_device_that_the_running_guest_refused_is_ours_and_goes_with_its_declaration() {
    let bench = Bench::new();
    let house = bench.furnished();
    bench.settle(&house.desired).await;
    let mut more = house.clone();
    let nic = Interface { source: Some(InterfaceSource::Bridge("nowhere".into())), ..Interface::default() };
    more.domain_spec("web").interfaces.insert("dmz".into(), nic);
    bench.host.fail_step(&address("domain/web"), "change live", Mishap::Refuse("no bridge `nowhere`".into()));
    assert_eq!(bench.apply(&more.desired).await.result, RunResult::Failed);

    bench.host.mend();
    bench.settle(&house.desired).await;
    let world = bench.host.world();
    let Spec::Domain(left) = &world.objects[&address("domain/web")].config else { panic!("it is a domain") };
    assert_eq!(left.interfaces.keys().collect::<Vec<_>>(), ["lan"]);
}

#[tokio::test]
async fn what_is_put_right_never_brings_back_what_was_declared_before() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    bench.settle(&house.desired).await;
    let held = house.desired.clone();
    let reconciler = bench.reconciler();
    let planned = reconciler.plan(&held, &PlanOptions::default()).await.expect("it can be planned");
    // Meanwhile somebody declares something that no row holds.
    house.resource("domain/web").power = Power::Stopped;
    bench.settle(&house.desired).await;
    let heal = ApplyOptions { purpose: Purpose::Heal, ..ApplyOptions::default() };
    let healed = reconciler.apply(&planned, &held, &heal, None).await;
    assert!(matches!(healed, Err(ApplyError::Overtaken)), "{healed:?}");
    bench.expect_settled(&house.desired).await;
    assert_eq!(bench.state().generations().list().expect("read").len(), 2);
}
