//! What is no longer declared.

use expect_test::expect;
use model::{
    Address, Bytes, DeletionPolicy, Kind, OnChange, Ownership, PowerState, Span, Spec,
    spec::{NetworkSpec, PoolSpec},
};

use super::build::{World, container, disk, domain, proxy, volume, web};
use crate::{Destroy, Prune};

/// A running domain with its network, pool and volume, of which nothing is declared any more but another unit.
fn orphaned() -> World {
    let mut world = World::new();
    world.settled(&domain("web"), Spec::Domain(web()), PowerState::Running);
    world.settled(&lan(), Spec::Network(NetworkSpec::default()), PowerState::Running);
    world.settled(&pool(), Spec::Pool(PoolSpec::default()), PowerState::Running);
    world.settled(&root(), Spec::Volume(volume("root", Bytes::gib(1))), PowerState::Off);
    world.desired.resources.clear();
    world.settled(&container("proxy"), Spec::Container(proxy()), PowerState::Running);
    for address in [domain("web"), lan(), pool(), root()] {
        let row = world.applied.rows.get_mut(&address).expect("remembered");
        row.policy.prune_grace = Span::seconds(86_400);
        row.policy.deletion = DeletionPolicy::Delete;
        row.hooks.pre_stop = "true".into();
    }
    world
}

fn lan() -> Address {
    Address::new(Kind::Network, "lan")
}

fn pool() -> Address {
    Address::new(Kind::Pool, "default")
}

fn root() -> Address {
    Address::new(Kind::Volume, "default/root")
}

#[test]
fn an_orphan_is_stopped_now_and_removed_after_its_grace() {
    let mut world = orphaned();
    world.check(expect![[r#"
        Plan: 1 orphaned, 3 kept, 1 unchanged, nothing destroyed (about 11 s)

        = network/lan          keep      no longer declared, but domain/web still uses it
        = pool/default         keep      no longer declared, but volume/default/root still uses it
        = volume/default/root  keep      no longer declared, but domain/web still uses it
        - domain/web           orphan    stopped; no longer declared; removed 24h after that was first seen, or at once with `--prune`; shutdown ≤ 1m; about 11 s
          1. run hook domain/web PreStop
          2. stop domain/web after 1
    "#]]);
    let seen_gone = "2026-01-01T00:00:00Z".parse().expect("a time");
    for row in world.applied.rows.values_mut() {
        row.orphaned_since = Some(seen_gone);
    }
    world.applied.rows.get_mut(&container("proxy")).expect("remembered").orphaned_since = None;
    world.observed.resources.get_mut(&domain("web")).expect("there").power = PowerState::Off;
    world.observed.at = "2026-01-01T23:59:00Z".parse().expect("a time");
    world.check(expect![[r#"
        Plan: 1 orphaned, 3 kept, 1 unchanged, nothing destroyed

        = network/lan          keep      no longer declared, but domain/web still uses it
        = pool/default         keep      no longer declared, but volume/default/root still uses it
        = volume/default/root  keep      no longer declared, but domain/web still uses it
        - domain/web           orphan    no longer declared; removed 24h after that was first seen, or at once with `--prune`
    "#]]);
    world.observed.at = "2026-01-02T00:00:00Z".parse().expect("a time");
    world.check(expect![[r#"
        Plan: 2 to remove, 2 kept, 1 unchanged, nothing destroyed (under a second)

        - network/lan          remove    no longer declared
        = pool/default         keep      no longer declared, but volume/default/root still uses it
        = volume/default/root  keep      no longer declared, and its deletion policy deletes it, but destroying data needs `--allow-destroy`
        - domain/web           remove    no longer declared
          1. delete domain/web Keep
          2. delete network/lan Keep after 1
    "#]]);
}

#[test]
fn pruning_at_once_destroys_data_only_with_the_word() {
    let mut world = orphaned();
    world.options.prune = Prune::Now;
    let hash = world.try_plan().err().and_then(|refusal| match &refusal.errors[..] {
        [crate::PlanError::TooManyPruned { hash, .. }] => Some(hash.clone()),
        _ => None,
    });
    world.options.allow_prune = hash;
    world.check(expect![[r#"
        Plan: 2 to remove, 2 kept, 1 unchanged, nothing destroyed (about 12 s)

        - network/lan          remove    no longer declared
        = pool/default         keep      no longer declared, but volume/default/root still uses it
        = volume/default/root  keep      no longer declared, and its deletion policy deletes it, but destroying data needs `--allow-destroy`
        - domain/web           remove    stopped; no longer declared; shutdown ≤ 1m; about 12 s
          1. run hook domain/web PreStop
          2. stop domain/web after 1
          3. delete domain/web Keep after 2
          4. delete network/lan Keep after 3
    "#]]);
    world.options.destroy = Destroy::Allow;
    world.options.allow_prune = world.try_plan().err().map(|refusal| refusal.plan.hash());
    world.check(expect![[r#"
        Plan: DESTROYS THE DATA of volume/default/root, 3 to remove, 1 unchanged (about 12 s)

        - network/lan          remove    no longer declared
        - pool/default         remove    no longer declared
        ✗ volume/default/root  DESTROY   DATA LOST; no longer declared, and its deletion policy deletes it
        - domain/web           remove    stopped; no longer declared; shutdown ≤ 1m; about 12 s
          1. run hook domain/web PreStop
          2. stop domain/web after 1
          3. delete domain/web Keep after 2
          4. delete network/lan Keep after 3
          5. delete volume/default/root Destroy after 3
          6. delete pool/default Keep after 5
    "#]]);
}

#[test]
fn data_is_retained_unless_its_deletion_was_applied_earlier() {
    let mut world = orphaned();
    for row in world.applied.rows.values_mut() {
        row.policy.deletion = DeletionPolicy::Retain;
        row.policy.prune_grace = Span::seconds(0);
    }
    world.observed.resources.remove(&lan());
    world.options.destroy = Destroy::Allow;
    world.check(expect![[r#"
        Plan: 1 to remove, 2 to release, 1 unchanged, nothing destroyed (about 12 s)

        - pool/default         release   no longer declared; volume/default/root stays in it
        - volume/default/root  release   no longer declared; its deletion policy retains it
        - domain/web           remove    stopped; no longer declared; shutdown ≤ 1m; about 12 s
          1. run hook domain/web PreStop
          2. stop domain/web after 1
          3. delete domain/web Keep after 2
          4. forget volume/default/root after 3
          5. forget pool/default after 4
    "#]]);
}

#[test]
fn protection_is_read_from_what_was_applied_or_from_the_mark() {
    let mut world = orphaned();
    world.options.prune = Prune::Now;
    world.observed.resources.retain(|address, _| address.kind.is_unit());
    world.applied.rows.get_mut(&domain("web")).expect("remembered").policy.protect = true;
    world.check(expect![[r#"
        Plan: 1 kept, 1 unchanged, nothing destroyed

        = domain/web  keep      no longer declared, but it was protected when it was applied; declare it with `protect = false` first
    "#]]);
    world.applied.rows.remove(&domain("web"));
    let Ownership::Ours { protect, .. } =
        &mut world.observed.resources.get_mut(&domain("web")).expect("there").ownership
    else {
        panic!("ours")
    };
    *protect = true;
    world.check(expect![[r#"
        Plan: 1 kept, 1 unchanged, nothing destroyed

        = domain/web  keep      no longer declared, but it was protected when it was applied; declare it with `protect = false` first
    "#]]);
}

#[test]
fn a_shared_network_is_never_removed() {
    let mut world = orphaned();
    world.options.prune = Prune::Now;
    world.observed.resources.retain(|address, _| *address == lan() || *address == container("proxy"));
    let seen = world.observed.resources.get_mut(&lan()).expect("there");
    seen.foreign_users.insert("domain/homeassistant".into());
    world.check(expect![[r#"
        Plan: 1 kept, 1 unchanged, nothing destroyed

        = network/lan  keep      no longer declared, but domain/homeassistant uses it
    "#]]);
}

#[test]
fn an_empty_evaluation_is_refused_until_its_plan_is_agreed_to() {
    let mut world = World::with_web();
    world.desired.resources.clear();
    let refusal = world.try_plan().expect_err("refused");
    assert!(
        refusal.to_string().contains("nothing is declared, so everything that is managed here would go (1)"),
        "{refusal}"
    );
    world.options.allow_prune = Some(refusal.plan.hash());
    world.check(expect![[r#"
        Plan: 1 to remove, 0 unchanged, nothing destroyed (about 11 s)

        - domain/web  remove    stopped; no longer declared; shutdown ≤ 1m; about 11 s
          1. stop domain/web
          2. delete domain/web Keep after 1
    "#]]);
}

#[test]
fn many_removals_at_once_are_refused() {
    let mut world = World::new();
    for n in 10..30 {
        world.settled(&container(&format!("c{n}")), Spec::Container(proxy()), PowerState::Running);
    }
    for n in 10..14 {
        world.desired.resources.remove(&container(&format!("c{n}")));
    }
    assert!(world.try_plan().is_ok(), "a fifth may go");
    world.desired.resources.remove(&container("c14"));
    let refusal = world.try_plan().expect_err("refused").to_string();
    assert!(refusal.starts_with("5 of 20 managed resources would go at once"), "{refusal}");
}

#[test]
fn what_somebody_made_by_hand_is_listed_and_left_alone() {
    let mut world = World::new();
    for n in 10..22 {
        let address = container(&format!("mine{n}"));
        world.settled(&address, Spec::Container(proxy()), PowerState::Running);
        world.observed.resources.get_mut(&address).expect("there").ownership = Ownership::Unmanaged;
    }
    world.desired.resources.clear();
    world.applied.rows.clear();
    world.options.prune = Prune::Now;
    world.check(expect![[r#"
        Plan: nothing to do, 0 unchanged

        ? not managed, left alone: container/mine10, container/mine11, container/mine12, container/mine13, container/mine14, container/mine15, container/mine16, container/mine17, container/mine18, container/mine19 and 2 more
    "#]]);
}

#[test]
fn a_row_of_what_is_gone_is_dropped_without_a_step() {
    let mut world = World::with_web();
    world.remembers(&container("gone"), Spec::Container(proxy()));
    let plan = world.plan();
    assert!(plan.is_empty());
    assert_eq!(plan.settled.iter().collect::<Vec<_>>(), [&container("gone")]);
}

#[test]
fn the_image_under_a_retained_volume_is_never_removed() {
    let image = Address::new(Kind::Image, "debian");
    let mut world = World::new();
    world.settled(&container("proxy"), Spec::Container(proxy()), PowerState::Running);
    let spec = model::spec::ImageSpec { path: "/images/debian".into(), ..Default::default() };
    world.settled(&image, Spec::Image(spec), PowerState::Off);
    let mut over = volume("root", Bytes::gib(1));
    over.backing = Some("/images/debian".into());
    world.settled(&root(), Spec::Volume(over), PowerState::Off);
    world.desired.resources.retain(|address, _| *address == container("proxy"));
    world.applied.rows.get_mut(&image).expect("remembered").policy.deletion = DeletionPolicy::Delete;
    world.check(expect![[r#"
        Plan: 2 to release, 1 unchanged, nothing destroyed (under a second)

        - image/debian         release   no longer declared; volume/default/root, which is retained, lies over it
        - volume/default/root  release   no longer declared; its deletion policy retains it
          1. forget volume/default/root
          2. forget image/debian after 1
    "#]]);
    world.applied.rows.remove(&root());
    world.observed.resources.get_mut(&root()).expect("there").ownership = Ownership::Unmanaged;
    world.check(expect![[r#"
        Plan: 1 to release, 1 unchanged, nothing destroyed (under a second)

        - image/debian  release   no longer declared; volume/default/root may lie over it

        ? not managed, left alone: volume/default/root
          1. forget image/debian
    "#]]);
    world.observed.resources.remove(&root());
    world.check(expect![[r#"
        Plan: 1 to remove, 1 unchanged, nothing destroyed (under a second)

        - image/debian  remove    no longer used
          1. delete image/debian Keep
    "#]]);
}

/// A running domain on two disks, of which the second is no longer declared and may be destroyed.
fn a_disk_is_taken_away() -> World {
    let data = Address::new(Kind::Volume, "default/data");
    let mut world = World::new();
    let mut spec = web();
    spec.disks.insert("data".into(), disk("data"));
    world.settled(&data, Spec::Volume(volume("data", Bytes::gib(1))), PowerState::Off);
    world.settled(&domain("web"), Spec::Domain(spec), PowerState::Running);
    world.applied.rows.get_mut(&data).expect("remembered").policy.deletion = DeletionPolicy::Delete;
    world.desired.resources.remove(&data);
    world.declare("web", |spec| drop(spec.disks.remove("data")));
    world.options.prune = Prune::Now;
    world.options.destroy = Destroy::Allow;
    world
}

#[test]
fn a_disk_that_a_policy_leaves_to_its_domain_keeps_its_volume() {
    let mut world = a_disk_is_taken_away();
    world.observed.resources.get_mut(&domain("web")).expect("there").power = PowerState::Off;
    world.declare("web", |_| ()).policy.on_change = OnChange::Never;
    world.check(expect![[r#"
        Plan: 1 to start, 1 kept, 0 unchanged, nothing destroyed (about 2 s)

        = volume/default/data  keep      no longer declared, but domain/web still uses it
        ▶ domain/web           start     it is off, and is declared to run; about 2 s
            disks.data  removed: virtio, format qcow2, volume default/data  (no longer declared)
          1. start domain/web
    "#]]);
    world.declare("web", |_| ()).policy.on_change = OnChange::RestartIfNeeded;
    world.check(expect![[r#"
        Plan: DESTROYS THE DATA of volume/default/data, 1 to change, 0 unchanged (about 2 s)

        ✗ volume/default/data  DESTROY   DATA LOST; no longer declared, and its deletion policy deletes it
        ~ domain/web           change    about 2 s
            disks.data  removed: virtio, format qcow2, volume default/data  (no longer declared)
          1. configure domain/web [disks.data]
          2. start domain/web after 1
          3. delete volume/default/data Destroy after 2
    "#]]);
}

#[test]
fn a_volume_goes_in_the_plan_that_takes_its_disk_away_also_where_something_else_waits() {
    let mut world = a_disk_is_taken_away();
    world.declare("web", |spec| spec.vcpus.current = Some(1));
    world.check(expect![[r#"
        Plan: DESTROYS THE DATA of volume/default/data, 1 to change, 0 unchanged (under a second)

        ✗ volume/default/data  DESTROY   DATA LOST; no longer declared, and its deletion policy deletes it
        ~ domain/web           change    next cold start
            disks.data     removed: virtio, format qcow2, volume default/data  (live; no longer declared)
            vcpus.current  2 → 1
          1. configure domain/web [disks.data, vcpus.current]
          2. change live domain/web [disks.data] after 1
          3. delete volume/default/data Destroy after 2
    "#]]);
}

#[test]
fn a_volume_stays_while_its_disk_waits_for_a_cold_start() {
    let mut world = a_disk_is_taken_away();
    let sata = |spec: &mut Spec| {
        let Spec::Domain(spec) = spec else { panic!("a domain") };
        spec.disks.get_mut("data").expect("a disk").bus = Some(model::spec::DiskBus::Sata);
    };
    world.tamper(&domain("web"), sata);
    sata(&mut world.applied.rows.get_mut(&domain("web")).expect("remembered").spec);
    world.declare("web", |spec| spec.title = Some("Web".into()));
    world.check(expect![[r#"
        Plan: 1 to change, 1 kept, 0 unchanged, nothing destroyed (under a second)

        = volume/default/data  keep      no longer declared, but domain/web still uses it
        ~ domain/web           change    next cold start
            disks.data  removed: sata, format qcow2, volume default/data  (no longer declared)
            title       unset → Web  (live)
          1. configure domain/web [disks.data, title]
          2. change live domain/web [title] after 1
    "#]]);
}
