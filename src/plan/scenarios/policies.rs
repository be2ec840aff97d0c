//! What changes may cost, who wins over drift, and what is left out.

use std::collections::BTreeSet;

use expect_test::expect;
use model::{Backend, Bytes, DriftPolicy, OnChange, Origin, PowerState, Spec};
use serde_json::json;

use super::build::{World, container, domain, proxy, web};
use crate::{PendingRestart, Unreachable};

fn drifted() -> World {
    let mut world = World::with_web();
    world.tamper(&domain("web"), |spec| {
        if let Spec::Domain(web) = spec {
            web.memory.current = Some(Bytes::gib(1));
            web.disks.remove("root");
        }
    });
    world
}

#[test]
fn drift_is_named_and_set_back() {
    drifted().check(expect![[r#"
        Plan: 1 drifted, 0 unchanged, nothing destroyed (under a second)

        ! domain/web  drift     live
            disks.root      added: virtio, format qcow2, volume default/root  (changed behind our back, will be set back)
            memory.current  1 GiB → 2 GiB  (changed behind our back, will be set back)
          1. configure domain/web [disks.root, memory.current]
          2. change live domain/web [disks.root, memory.current] after 1
    "#]]);
}

#[test]
fn drift_of_a_unit_that_somebody_stopped_is_set_back_and_the_unit_stays_off() {
    let mut world = drifted();
    world.observed.resources.get_mut(&domain("web")).expect("there").power = PowerState::Off;
    world.options.leave_power = BTreeSet::from([domain("web")]);
    world.check(expect![[r#"
        Plan: 1 drifted, 0 unchanged, nothing destroyed (under a second)

        ! domain/web  drift
            disks.root      added: virtio, format qcow2, volume default/root  (changed behind our back, will be set back)
            memory.current  1 GiB → 2 GiB  (changed behind our back, will be set back)
          1. configure domain/web [disks.root, memory.current]
    "#]]);
}

#[test]
fn drift_is_only_reported_or_accepted_where_the_policy_says_so() {
    let mut world = drifted();
    world.declare("web", |_| ()).policy.drift = DriftPolicy::Report;
    world.check(expect![[r#"
        Plan: 1 drifted, 0 unchanged, nothing destroyed

        ! domain/web  drift     left as it is: `update.drift` is `report`
            disks.root      added: virtio, format qcow2, volume default/root  (changed behind our back, left so)
            memory.current  1 GiB → 2 GiB  (changed behind our back, left so)
    "#]]);
    world.declare("web", |_| ()).policy.drift = DriftPolicy::Adopt;
    world.check(expect![[r#"
        Plan: 1 drifted, 0 unchanged, nothing destroyed

        ! domain/web  drift     accepted as it is: `update.drift` is `adopt`
            disks.root      added: virtio, format qcow2, volume default/root  (changed behind our back, left so)
            memory.current  1 GiB → 2 GiB  (changed behind our back, left so)
    "#]]);
}

#[test]
fn drift_that_was_accepted_is_told_no_more_until_something_else_moves() {
    let mut world = drifted();
    world.declare("web", |_| ()).policy.drift = DriftPolicy::Adopt;
    assert!(world.plan().settled.contains(&domain("web")), "it is not written down that it was accepted");
    let accepted = [("disks.root", serde_json::Value::Null), ("memory.current", json!(Bytes::gib(1)))];
    let row = world.applied.rows.get_mut(&domain("web")).expect("applied");
    row.accepted = accepted.map(|(path, value)| (path.into(), value)).into();
    world.check(expect![[r#"
        Plan: nothing to do, 1 unchanged
    "#]]);
    world.tamper(&domain("web"), |spec| {
        if let Spec::Domain(web) = spec {
            web.memory.current = Some(Bytes::mib(512));
        }
    });
    world.check(expect![[r#"
        Plan: 1 drifted, 0 unchanged, nothing destroyed

        ! domain/web  drift     accepted as it is: `update.drift` is `adopt`
            memory.current  512 MiB → 2 GiB  (changed behind our back, left so)
    "#]]);
    world.declare("web", |web| web.memory.current = Some(Bytes::gib(3)));
    world.check(expect![[r#"
        Plan: 1 to change, 0 unchanged, nothing destroyed (under a second)

        ~ domain/web  change    live
            memory.current  512 MiB → 3 GiB  (changed behind our back too; the declaration wins)
          1. configure domain/web [memory.current]
          2. change live domain/web [memory.current] after 1
    "#]]);
    world.declare("web", |_| ()).policy.drift = DriftPolicy::Revert;
    assert_eq!(world.plan().changes[0].fields.len(), 2, "what was accepted once is accepted by another policy");
}

#[test]
fn reported_drift_does_not_keep_a_declared_change_from_being_made() {
    let mut world = drifted();
    world.declare("web", |web| web.title = Some("The shop".into())).policy.drift = DriftPolicy::Report;
    world.check(expect![[r#"
        Plan: 1 to change, 0 unchanged, nothing destroyed (under a second)

        ~ domain/web  change    live
            disks.root      added: virtio, format qcow2, volume default/root  (changed behind our back, left so)
            memory.current  1 GiB → 2 GiB  (changed behind our back, left so)
            title           unset → The shop
          1. configure domain/web [title]
          2. change live domain/web [title] after 1
    "#]]);
}

#[test]
fn both_sides_moving_is_told_as_a_conflict() {
    let mut world = drifted();
    world.declare("web", |web| web.memory.current = Some(Bytes::gib(3)));
    world.check(expect![[r#"
        Plan: 1 to change, 0 unchanged, nothing destroyed (under a second)

        ~ domain/web  change    live
            disks.root      added: virtio, format qcow2, volume default/root  (changed behind our back, will be set back)
            memory.current  1 GiB → 3 GiB  (changed behind our back too; the declaration wins)
          1. configure domain/web [disks.root, memory.current]
          2. change live domain/web [disks.root, memory.current] after 1
    "#]]);
}

#[test]
fn a_field_that_is_no_longer_declared_is_reset_unless_somebody_changed_it() {
    let mut world = World::new();
    let mut titled = web();
    titled.title = Some("The shop".into());
    titled.description = Some("sells".into());
    world.settled(&domain("web"), Spec::Domain(titled), PowerState::Running);
    world.tamper(&domain("web"), |spec| {
        if let Spec::Domain(web) = spec {
            web.description = Some("sold".into());
        }
    });
    world.declare("web", |web| {
        web.title = None;
        web.description = None;
    });
    world.check(expect![[r#"
        Plan: 1 to change, 0 unchanged, nothing destroyed (under a second)

        ~ domain/web  change    live
            title  The shop → unset  (no longer declared)

        note: domain/web: `description` is no longer declared; somebody has changed it since, so it stays as it is
          1. configure domain/web [title]
          2. change live domain/web [title] after 1
    "#]]);
}

#[test]
fn a_policy_of_never_changes_nothing() {
    let mut world = World::with_web();
    world.declare("web", |web| web.title = Some("The shop".into())).policy.on_change = OnChange::Never;
    world.check(expect![[r#"
        Plan: 1 held, 0 unchanged, nothing destroyed

        = domain/web  hold      left as it is: `update.onChange` is `never`
            title  unset → The shop
    "#]]);
}

#[test]
fn a_protected_container_is_not_replaced() {
    let mut world = World::with_proxy();
    world.declare_container("proxy", |proxy| proxy.user = Some("0".into())).policy.protect = true;
    world.check(expect![[r#"
        Plan: 1 kept, 0 unchanged, nothing destroyed

        = container/proxy  keep      it would have to be made anew, and it is protected
            user  unset → 0
    "#]]);
}

#[test]
fn where_a_value_came_from_is_told() {
    let mut world = World::with_web();
    let resource = world.declare("web", |web| web.memory.current = Some(Bytes::gib(3)));
    let at = Some(model::SourcePos { file: "host.nix".into(), line: 9, column: 5 });
    resource.declared_at.clone_from(&at);
    let origin = Origin::Tag { name: "high-performance".into(), priority: 100, at };
    resource.origins.insert("memory".into(), origin);
    world.check(expect![[r#"
        Plan: 1 to change, 0 unchanged, nothing destroyed (under a second)

        ~ domain/web  change    live
            memory.current  2 GiB → 3 GiB  (tag `high-performance` (priority 100), host.nix:9:5)
            declared at host.nix:9:5
          1. configure domain/web [memory.current]
          2. change live domain/web [memory.current] after 1
    "#]]);
}

#[test]
fn waiting_changes_are_made_when_that_is_asked_for() {
    let mut world = World::with_web();
    world.runs_as("web", |running| running.cpu.model = Some("old".into()));
    world.tamper(&domain("web"), |_| ());
    world.declare("web", |web| web.cpu.model = Some("EPYC".into()));
    world.options.pending = PendingRestart::Restart;
    world.check(expect![[r#"
        Plan: 1 to restart, 0 unchanged, nothing destroyed (about 12 s)

        ↻ domain/web  restart   shutdown ≤ 1m; about 12 s
            cpu.model  old → EPYC
          1. stop domain/web
          2. configure domain/web [cpu.model] after 1
          3. start domain/web after 2
    "#]]);
}

#[test]
fn only_what_is_asked_for_is_planned_with_what_it_needs() {
    let mut world = World::new();
    world.wants(&container("db"), Spec::Container(proxy()));
    world.wants(&container("app"), Spec::Container(proxy())).depends_on.insert(container("db"));
    world.wants(&container("other"), Spec::Container(proxy()));
    world.options.only = Some(BTreeSet::from([container("app")]));
    world.check(expect![[r#"
        Plan: 2 to create, 0 unchanged, nothing destroyed (about 2 s)

        + container/app  create    of proxy:1
        + container/db   create    of proxy:1
          1. create container/db
          2. start container/db after 1
          3. create container/app after 2
          4. start container/app after 3
    "#]]);
}

#[test]
fn an_engine_that_is_down_stops_the_plan_or_is_left_out_when_asked() {
    let mut world = World::new();
    world.wants(&container("db"), Spec::Container(proxy()));
    world.wants(&domain("web"), Spec::Domain(web())).depends_on.insert(container("db"));
    world.wants(&domain("free"), Spec::Domain(web()));
    world.observed.unreachable.insert(Backend::Docker, "no such file: /var/run/docker.sock".into());
    world.check(expect![[r#"
        refused: docker cannot be read: no such file: /var/run/docker.sock; start it, or plan without its resources with `--partial`
    "#]]);
    world.options.unreachable = Unreachable::LeaveOut;
    world.check(expect![[r#"
        Plan: 1 to create, 0 unchanged, nothing destroyed (about 2 s)

        + domain/free  create    2 vCPUs, 2 GiB, disk root default/root, interface lan on lan, x86_64; about 2 s

        note: docker cannot be read (no such file: /var/run/docker.sock): its resources are left out
        note: domain/web: left out: it needs what cannot be reached
          1. create domain/free
          2. start domain/free after 1
    "#]]);
}
