//! Power, scripts, health, pauses, renames.

use expect_test::expect;
use model::{HealthCheck, HealthProbe, OnChange, Power, PowerState, Span, Spec};

use super::build::{World, container, domain, proxy, web};
use crate::Action;

fn with_scripts(world: &mut World, address: &model::Address) {
    let resource = world.desired.resources.get_mut(address).expect("declared");
    for script in [
        &mut resource.hooks.pre_start,
        &mut resource.hooks.post_start,
        &mut resource.hooks.pre_stop,
        &mut resource.hooks.post_stop,
    ] {
        *script = "true".into();
    }
    let span = Span::seconds(1);
    let probe = HealthProbe::Http { url: "http://localhost/".into() };
    resource.health = Some(HealthCheck { probe, interval: span, timeout: span, retries: 1, start_period: span });
}

#[test]
fn a_new_unit_runs_its_scripts_and_proves_its_health() {
    let mut world = World::new();
    world.wants(&domain("web"), Spec::Domain(web()));
    with_scripts(&mut world, &domain("web"));
    world.check(expect![[r#"
        Plan: 1 to create, 0 unchanged, nothing destroyed (about 9 s)

        + domain/web  create    2 vCPUs, 2 GiB, disk root default/root, interface lan on lan, x86_64; about 9 s
          1. create domain/web
          2. run hook domain/web PreStart after 1
          3. start domain/web after 2
          4. await health domain/web after 3
          5. run hook domain/web PostStart after 4
    "#]]);
}

#[test]
fn a_restart_runs_everything_in_order() {
    let mut world = World::with_web();
    with_scripts(&mut world, &domain("web"));
    world.declare("web", |web| web.memory.maximum = Some(model::Bytes::gib(8))).policy.on_change =
        OnChange::RestartIfNeeded;
    world.check(expect![[r#"
        Plan: 1 to restart, 0 unchanged, nothing destroyed (about 21 s)

        ↻ domain/web  restart   shutdown ≤ 1m; about 21 s
            memory.maximum  4 GiB → 8 GiB
          1. run hook domain/web PreStop
          2. stop domain/web after 1
          3. run hook domain/web PostStop after 2
          4. configure domain/web [memory.maximum] after 3
          5. run hook domain/web PreStart after 4
          6. start domain/web after 5
          7. await health domain/web after 6
          8. run hook domain/web PostStart after 7
    "#]]);
}

#[test]
fn a_recreated_container_runs_its_scripts_around_the_swap() {
    let mut world = World::with_proxy();
    with_scripts(&mut world, &container("proxy"));
    world.declare_container("proxy", |proxy| proxy.command = vec!["other".into()]);
    world.check(expect![[r#"
        Plan: 1 to recreate, 0 unchanged, nothing destroyed (about 7 s)

        ± container/proxy  recreate  new one in its place; about 7 s
            command  unset → other
          1. run hook container/proxy PreStop
          2. run hook container/proxy PreStart after 1
          3. replace container/proxy after 2
          4. run hook container/proxy PostStop after 3
          5. run hook container/proxy PostStart after 4
    "#]]);
}

#[test]
fn power_is_brought_to_what_is_declared() {
    let mut printed = String::new();
    for power in [Power::Running, Power::Stopped] {
        for state in [
            PowerState::Off,
            PowerState::Running,
            PowerState::Paused,
            PowerState::Stopping,
            PowerState::Crashed,
            PowerState::Finished,
            PowerState::Restarting,
        ] {
            let mut world = World::new();
            world.settled(&domain("web"), Spec::Domain(web()), state);
            world.desired.resources.get_mut(&domain("web")).expect("declared").power = power;
            let plan = world.plan();
            let steps: Vec<&str> = plan.steps.iter().map(|step| step.action.verb()).collect();
            printed.push_str(&format!("{power:?}, and it is {state:?}: {}\n", steps.join(", ")));
        }
    }
    expect![[r#"
        Running, and it is Off: start
        Running, and it is Running: 
        Running, and it is Paused: resume
        Running, and it is Stopping: stop, start
        Running, and it is Crashed: start
        Running, and it is Finished: 
        Running, and it is Restarting: 
        Stopped, and it is Off: 
        Stopped, and it is Running: stop
        Stopped, and it is Paused: stop
        Stopped, and it is Stopping: stop
        Stopped, and it is Crashed: 
        Stopped, and it is Finished: 
        Stopped, and it is Restarting: stop
    "#]]
    .assert_eq(&printed);
}

#[test]
fn a_container_that_crashed_is_not_said_to_be_off() {
    let mut world = World::new();
    world.settled(&container("proxy"), Spec::Container(proxy()), PowerState::Crashed);
    world.check(expect![[r#"
        Plan: 1 to start, 0 unchanged, nothing destroyed (under a second)

        ▶ container/proxy  start     it has crashed, and is declared to run
          1. start container/proxy
    "#]]);
}

#[test]
fn a_guest_that_somebody_paused_is_woken_only_where_drift_is_undone() {
    let mut world = World::new();
    world.settled(&domain("web"), Spec::Domain(web()), PowerState::Paused);
    world.check(expect![[r#"
        Plan: 1 to start, 0 unchanged, nothing destroyed (under a second)

        ▶ domain/web  start     it is paused, and is declared to run
          1. resume domain/web
    "#]]);
    world.declare("web", |_| ()).policy.drift = model::DriftPolicy::Report;
    world.check(expect![[r#"
        Plan: nothing to do, 1 unchanged
    "#]]);
}

#[test]
fn a_stopped_guest_takes_every_change_at_once() {
    let mut world = World::new();
    world.settled(&domain("web"), Spec::Domain(web()), PowerState::Off);
    world.declare("web", |web| {
        web.cpu.model = Some("EPYC".into());
        web.vcpus.current = Some(3);
    });
    world.check(expect![[r#"
        Plan: 1 to change, 0 unchanged, nothing destroyed (about 2 s)

        ~ domain/web  change    about 2 s
            cpu.model      unset → EPYC
            vcpus.current  2 → 3
          1. configure domain/web [cpu.model, vcpus.current]
          2. start domain/web after 1
    "#]]);
}

#[test]
fn a_renamed_domain_keeps_its_disks_and_waits_until_it_may_stop() {
    let mut world = World::with_web();
    let mut resource = world.desired.resources.remove(&domain("web")).expect("declared");
    resource.previous_names.push("web".parse().expect("a name"));
    world.desired.resources.insert(domain("shop"), resource);
    world.check(expect![[r#"
        Plan: 1 waiting for a cold start, 0 unchanged, nothing destroyed

        » domain/shop  pending   next cold start; it runs as domain/web, and a domain is renamed only while it is off: everything waits for its stop
    "#]]);
    world.declare("shop", |_| ()).policy.on_change = OnChange::RestartIfNeeded;
    world.check(expect![[r#"
        Plan: 1 to rename, 0 unchanged, nothing destroyed (about 12 s)

        ~ domain/shop  rename    restart; it was domain/web; shutdown ≤ 1m; about 12 s
          1. stop domain/web
          2. rename domain/shop after 1
          3. start domain/shop after 2
    "#]]);
    world.observed.resources.get_mut(&domain("web")).expect("there").power = PowerState::Off;
    world.check(expect![[r#"
        Plan: 1 to rename, 0 unchanged, nothing destroyed (about 2 s)

        ~ domain/shop  rename    it was domain/web; about 2 s
          1. rename domain/shop
          2. start domain/shop after 1
    "#]]);
}

#[test]
fn a_renamed_container_is_renamed_while_it_runs() {
    let mut world = World::with_proxy();
    let mut resource = world.desired.resources.remove(&container("proxy")).expect("declared");
    resource.previous_names.push("proxy".parse().expect("a name"));
    world.desired.resources.insert(container("front"), resource);
    world.check(expect![[r#"
        Plan: 1 to rename, 0 unchanged, nothing destroyed (under a second)

        ~ container/front  rename    live; it was container/proxy
          1. rename container/front
    "#]]);
}

#[test]
fn a_new_unit_that_is_to_be_off_is_only_made() {
    let mut world = World::new();
    world.wants(&container("job"), Spec::Container(proxy())).power = Power::Stopped;
    world.check(expect![[r#"
        Plan: 1 to create, 0 unchanged, nothing destroyed (under a second)

        + container/job  create    of proxy:1
          1. create container/job
    "#]]);
}

#[test]
fn a_job_that_has_finished_is_not_run_again_until_it_changes() {
    let mut world = World::with_proxy();
    world.observed.resources.get_mut(&container("proxy")).expect("there").power = PowerState::Finished;
    assert!(world.plan().steps.is_empty());
    world.declare_container("proxy", |proxy| proxy.command = vec!["other".into()]);
    let plan = world.plan();
    let runs = |action: &Action| matches!(action, Action::Replace { start: true, .. });
    assert!(plan.steps.len() == 1 && runs(&plan.steps[0].action), "{:?}", plan.steps);
}
