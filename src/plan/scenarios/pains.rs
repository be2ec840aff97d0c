//! What users of other programs suffer from, each as a test that planning gets it right.

use expect_test::expect;
use model::{Bytes, PowerState, Spec};

use super::build::{World, disk, domain, web};

#[test]
fn an_unchanged_guest_is_left_alone() {
    World::with_web().check(expect![[r#"
        Plan: nothing to do, 1 unchanged
    "#]]);
}

#[test]
fn a_new_guest_is_made_and_started() {
    let mut world = World::new();
    world.wants(&domain("web"), Spec::Domain(web())).hooks.pre_start = "true".into();
    world.check(expect![[r#"
        Plan: 1 to create, 0 unchanged, nothing destroyed (about 3 s)

        + domain/web  create    2 vCPUs, 2 GiB, disk root default/root, interface lan on lan, x86_64; about 3 s
          1. create domain/web
          2. run hook domain/web PreStart after 1
          3. start domain/web after 2
    "#]]);
}

#[test]
fn a_title_changes_live() {
    let mut world = World::with_web();
    world.declare("web", |web| web.title = Some("The shop".into()));
    world.check(expect![[r#"
        Plan: 1 to change, 0 unchanged, nothing destroyed (under a second)

        ~ domain/web  change    live
            title  unset → The shop
          1. configure domain/web [title]
          2. change live domain/web [title] after 1
    "#]]);
}

#[test]
fn more_cpus_and_memory_within_the_maximum_do_not_restart_or_recreate() {
    let mut world = World::with_web();
    world.declare("web", |web| {
        web.vcpus.current = Some(4);
        web.memory.current = Some(Bytes::gib(3));
        web.disks.insert("data".into(), disk("data"));
    });
    world.check(expect![[r#"
        Plan: 1 to change, 0 unchanged, nothing destroyed (under a second)

        ~ domain/web  change    live
            disks.data      added: virtio, format qcow2, volume default/data
            memory.current  2 GiB → 3 GiB
            vcpus.current   2 → 4
          1. configure domain/web [disks.data, memory.current, vcpus.current]
          2. change live domain/web [disks.data, memory.current, vcpus.current] after 1
    "#]]);
}

#[test]
fn a_cold_change_waits() {
    let mut world = World::with_web();
    world.declare("web", |web| web.cpu.model = Some("EPYC".into()));
    world.check(expect![[r#"
        Plan: 1 staged for the next cold start, 0 unchanged, nothing destroyed (under a second)

        » domain/web  staged    next cold start
            cpu.model  unset → EPYC
          1. configure domain/web [cpu.model]
    "#]]);
    world.declare("web", |_| ()).policy.on_change = model::OnChange::RestartIfNeeded;
    world.check(expect![[r#"
        Plan: 1 to restart, 0 unchanged, nothing destroyed (about 12 s)

        ↻ domain/web  restart   shutdown ≤ 1m; about 12 s
            cpu.model  unset → EPYC
          1. stop domain/web
          2. configure domain/web [cpu.model] after 1
          3. start domain/web after 2
    "#]]);
    world.declare("web", |_| ()).policy.on_change = model::OnChange::Live;
    world.check(expect![[r#"
        refused: changing `cpu.model` of domain/web needs a cold start, and its `update.onChange` is `live`; set `update.onChange` to "live-or-stage" or "restart-if-needed", or take the change back
    "#]]);
}

#[test]
fn a_guest_that_was_shut_down_is_started() {
    let mut world = World::with_web();
    world.observed.resources.get_mut(&domain("web")).expect("there").power = PowerState::Off;
    world.check(expect![[r#"
        Plan: 1 to start, 0 unchanged, nothing destroyed (about 2 s)

        ▶ domain/web  start     it is off, and is declared to run; about 2 s
          1. start domain/web
    "#]]);
}

#[test]
fn an_overlay_of_a_snapshot_is_kept() {
    let mut world = World::with_web();
    world.tamper(&domain("web"), |spec| {
        if let Spec::Domain(web) = spec {
            let root = web.disks.get_mut("root").expect("a disk");
            root.source = Some(model::spec::DiskSource::File("/snapshots/root.1".into()));
        }
    });
    let facts = world.observed.resources.get_mut(&domain("web")).expect("there").domain.as_mut().expect("a domain");
    facts.overlays.insert("root".into(), "/snapshots/root.1".into());
    world.declare("web", |web| web.title = Some("The shop".into()));
    world.check(expect![[r#"
        Plan: 1 to change, 0 unchanged, nothing destroyed (under a second)

        ~ domain/web  change    live
            title  unset → The shop

        note: domain/web: disk `root` has a snapshot's overlay, /snapshots/root.1, and keeps it; the declared source waits until the snapshot is merged or deleted
          1. configure domain/web [title]
          2. change live domain/web [title] after 1
    "#]]);
}

#[test]
fn what_the_backend_adds_by_itself_is_no_drift() {
    let mut world = World::with_web();
    world.tamper(&domain("web"), |spec| {
        if let Spec::Domain(web) = spec {
            web.uuid = Some(uuid::Uuid::from_u128(9));
            web.cpu.mode = Some("custom".into());
            web.rng = Some(true);
            web.interfaces.get_mut("lan").expect("an interface").mac = Some("52:54:00:12:34:56".into());
            web.disks.insert("hotplugged".into(), disk("somebody-elses"));
        }
    });
    world.check(expect![[r#"
        Plan: nothing to do, 1 unchanged
    "#]]);
}

#[test]
fn two_interfaces_without_addresses_stay_as_they_are() {
    let mut world = World::new();
    let mut two = web();
    two.interfaces.insert("wan".into(), super::build::interface("wan"));
    world.settled(&domain("web"), Spec::Domain(two), PowerState::Running);
    world.tamper(&domain("web"), |spec| {
        if let Spec::Domain(web) = spec {
            for (n, interface) in web.interfaces.values_mut().enumerate() {
                interface.mac = Some(format!("52:54:00:00:00:0{n}"));
            }
        }
    });
    world.check(expect![[r#"
        Plan: nothing to do, 1 unchanged
    "#]]);
}

#[test]
fn an_alias_of_a_machine_never_moves_a_guest_to_the_newest_version() {
    let mut world = World::with_web();
    world.tamper(&domain("web"), |spec| {
        if let Spec::Domain(web) = spec {
            web.machine = Some("pc-q35-6.2".into());
        }
    });
    world.check(expect![[r#"
        Plan: nothing to do, 1 unchanged
    "#]]);
    world.declare("web", |web| web.machine = Some("pc-q35-7.2".into()));
    world.check(expect![[r#"
        Plan: 1 staged for the next cold start, 0 unchanged, nothing destroyed (under a second)

        » domain/web  staged    next cold start
            machine  pc-q35-6.2 → pc-q35-7.2
          1. configure domain/web [machine]
    "#]]);
}

#[test]
fn a_new_build_of_qemu_waits_for_the_next_boot_whatever_the_policy() {
    let mut world = World::new();
    let mut built = web();
    built.emulator = Some("/nix/store/a-qemu/bin/qemu-system-x86_64".into());
    world.settled(&domain("web"), Spec::Domain(built), PowerState::Running);
    let upgrade = |web: &mut model::spec::DomainSpec| {
        web.emulator = Some("/nix/store/b-qemu/bin/qemu-system-x86_64".into());
    };
    world.declare("web", upgrade).policy.on_change = model::OnChange::RestartIfNeeded;
    world.check(expect![[r#"
        Plan: 1 staged for the next cold start, 0 unchanged, nothing destroyed (under a second)

        » domain/web  staged    next cold start
            emulator  /nix/store/a-qemu/bin/qemu-system-x86_64 → /nix/store/b-qemu/bin/qemu-system-x86_64
          1. configure domain/web [emulator]
    "#]]);
    world.declare("web", upgrade).policy.on_change = model::OnChange::Live;
    assert!(world.try_plan().is_ok(), "an upgrade is nothing that a policy of `live` refuses");
}

#[test]
fn what_waits_for_a_cold_start_is_found_out_anew_and_blocks_nothing() {
    let mut world = World::with_web();
    world.runs_as("web", |running| running.machine = Some("pc-i440fx-7.2".into()));
    world.check(expect![[r#"
        Plan: 1 waiting for a cold start, 0 unchanged, nothing destroyed

        » domain/web  pending   next cold start
            machine  pc-i440fx-7.2 → q35  (waits since an earlier apply)
    "#]]);
    world.declare("web", |web| web.title = Some("The shop".into()));
    world.check(expect![[r#"
        Plan: 1 to change, 0 unchanged, nothing destroyed (under a second)

        ~ domain/web  change    live
            machine  pc-i440fx-7.2 → q35  (next cold start; waits since an earlier apply)
            title    unset → The shop
          1. configure domain/web [title]
          2. change live domain/web [title] after 1
    "#]]);
}

#[test]
fn a_saved_guest_is_told_to_come_back_with_its_old_configuration() {
    let mut world = World::new();
    world.settled(&domain("web"), Spec::Domain(web()), PowerState::Off);
    let seen = world.observed.resources.get_mut(&domain("web")).expect("there");
    seen.domain.as_mut().expect("a domain").managed_save = true;
    world.declare("web", |web| web.cpu.model = Some("EPYC".into()));
    world.check(expect![[r#"
        Plan: 1 to change, 0 unchanged, nothing destroyed (about 2 s)

        ~ domain/web  change    about 2 s
            cpu.model  unset → EPYC

        note: domain/web: its memory is saved: the next start brings the old configuration back with it, and the change takes effect at the cold start after that (`virsh managedsave-remove` drops what was saved)
          1. configure domain/web [cpu.model]
          2. start domain/web after 1
    "#]]);
}

#[test]
fn a_network_is_changed_without_stopping_a_guest() {
    use model::{Address, Kind, spec::NetworkSpec};
    let lan = Address::new(Kind::Network, "lan");
    let mut world = World::with_web();
    let spec = NetworkSpec { bridge: Some("virbr7".into()), ..NetworkSpec::default() };
    world.settled(&lan, Spec::Network(spec), PowerState::Running);
    let Spec::Network(declared) = &mut world.desired.resources.get_mut(&lan).expect("declared").spec else { panic!() };
    declared.bridge = Some("virbr8".into());
    world.check(expect![[r#"
        Plan: 1 to restart, 1 unchanged, nothing destroyed (about 2 s)

        ↻ network/lan  restart   about 2 s
            bridge  virbr7 → virbr8
          1. replace network/lan
    "#]]);
    world.observed.resources.get_mut(&lan).expect("there").foreign_users.insert("domain/homeassistant".into());
    world.check(expect![[r#"
        Plan: 1 staged for the next cold start, 1 unchanged, nothing destroyed (under a second)

        » network/lan  staged    next cold start; others than ours use it, so it is not restarted
            bridge  virbr7 → virbr8
          1. configure network/lan [bridge]
    "#]]);
}

#[test]
fn a_lost_memory_changes_nothing() {
    let mut world = World::with_web();
    world.applied.rows.clear();
    world.check(expect![[r#"
        Plan: nothing to do, 1 unchanged
    "#]]);
    assert!(world.plan().settled.contains(&domain("web")), "its row is written again");
}

#[test]
fn more_devices_than_ports_wait() {
    let mut world = World::with_web();
    world.declare("web", |web| {
        for n in 1..=5 {
            web.disks.insert(format!("data{n}"), disk("data"));
        }
    });
    world.check(expect![[r#"
        Plan: 1 to change, 0 unchanged, nothing destroyed (under a second)

        ~ domain/web  change    next cold start
            disks.data1  added: virtio, format qcow2, volume default/data  (live)
            disks.data2  added: virtio, format qcow2, volume default/data  (live)
            disks.data3  added: virtio, format qcow2, volume default/data  (live)
            disks.data4  added: virtio, format qcow2, volume default/data  (live)
            disks.data5  added: virtio, format qcow2, volume default/data
          1. configure domain/web [disks.data1, disks.data2, disks.data3, disks.data4, disks.data5]
          2. change live domain/web [disks.data1, disks.data2, disks.data3, disks.data4] after 1
    "#]]);
}

#[test]
fn memory_that_a_guest_has_not_given_back_is_told_and_not_asked_for_again() {
    let mut world = World::with_web();
    world.runs_as("web", |running| running.memory.current = Some(Bytes::gib(4)));
    world.check(expect![[r#"
        Plan: nothing to do, 1 unchanged

        note: domain/web: the guest still holds 4 GiB and has not given back all above 2 GiB
    "#]]);
    world.runs_as("web", |running| running.memory.current = Some(Bytes::gib(1)));
    world.check(expect![[r#"
        Plan: 1 drifted, 0 unchanged, nothing destroyed (under a second)

        ! domain/web  drift     live
            memory.current  1 GiB → 2 GiB  (changed behind our back, will be set back)
          1. change live domain/web [memory.current]
    "#]]);
}

#[test]
fn what_depends_on_a_recreated_container_or_network_is_not_recreated() {
    use model::{Address, Kind, spec::DockerNetworkSpec};
    let front = Address::new(Kind::DockerNetwork, "front");
    let mut member = super::build::proxy();
    member.networks.insert("front".into(), model::spec::Endpoint::default());
    let mut world = World::new();
    world.settled(&front, Spec::DockerNetwork(DockerNetworkSpec::default()), PowerState::Running);
    for name in ["db", "app"] {
        world.settled(&super::build::container(name), Spec::Container(member.clone()), PowerState::Running);
    }
    let app = world.desired.resources.get_mut(&super::build::container("app")).expect("declared");
    app.depends_on.insert(super::build::container("db"));
    world.declare_container("db", |db| db.command = vec!["other".into()]);
    let declared = world.desired.resources.get_mut(&front).expect("declared");
    declared.spec = Spec::DockerNetwork(DockerNetworkSpec { internal: Some(true), ..DockerNetworkSpec::default() });
    world.check(expect![[r#"
        Plan: 2 to recreate, 1 unchanged, nothing destroyed (about 5 s)

        ± docker-network/front  recreate  new one in its place; about 2 s
            internal  unset → yes
        ± container/db          recreate  new one in its place; about 3 s
            command  unset → other
          1. replace docker-network/front
          2. replace container/db after 1
    "#]]);
}

#[test]
fn what_an_interrupted_apply_has_made_is_ours_and_is_finished() {
    let mut world = World::with_web();
    world.applied.rows.clear();
    world.observed.resources.get_mut(&domain("web")).expect("there").power = PowerState::Off;
    world.check(expect![[r#"
        Plan: 1 to start, 0 unchanged, nothing destroyed (about 2 s)

        ▶ domain/web  start     it is off, and is declared to run; about 2 s
          1. start domain/web
    "#]]);
    assert!(world.plan().settled.contains(&domain("web")), "and it is written down again");
}
