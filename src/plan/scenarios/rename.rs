//! Units that are renamed, and the volumes named after them.

use expect_test::expect;
use model::{
    Address, Bytes, Kind, OnChange, PowerState, Resource, Spec,
    spec::{DockerVolumeSpec, Mount, MountKind},
};

use super::build::{World, container, disk, domain, proxy, volume, web};

/// A running domain `old` with a root and a data disk in volumes of its own.
fn with_old() -> World {
    let mut world = World::new();
    for name in ["old-root", "old-data"] {
        let address = Address::new(Kind::Volume, format!("default/{name}"));
        world.settled(&address, Spec::Volume(volume(name, Bytes::gib(10))), PowerState::Off);
    }
    let mut spec = web();
    spec.disks.insert("root".into(), disk("old-root"));
    spec.disks.insert("data".into(), disk("old-data"));
    world.settled(&domain("old"), Spec::Domain(spec), PowerState::Running);
    world
}

/// Renames the unit from `old` to `new`.
fn rename(world: &mut World, kind: Kind) -> &mut Resource {
    let mut resource = world.desired.resources.remove(&Address::new(kind, "old")).expect("declared");
    resource.previous_names.push("old".parse().expect("a name"));
    world.desired.resources.entry(Address::new(kind, "new")).or_insert(resource)
}

/// Declares the volume named after the unit's new name in place of the one named after the old.
fn follow(world: &mut World, disk_name: &str) {
    let (old, new) = (format!("old-{disk_name}"), format!("new-{disk_name}"));
    let address = |name: &str| Address::new(Kind::Volume, format!("default/{name}"));
    world.desired.resources.remove(&address(&old)).expect("declared");
    world.wants(&address(&new), Spec::Volume(volume(&new, Bytes::gib(10))));
    world.declare("new", |spec| {
        spec.disks.insert(disk_name.into(), disk(&new));
    });
}

#[test]
fn a_renamed_domain_is_not_given_new_empty_disks() {
    let mut world = with_old();
    rename(&mut world, Kind::Domain).policy.on_change = OnChange::RestartIfNeeded;
    follow(&mut world, "root");
    follow(&mut world, "data");
    world.check(expect![[r#"
        refused: changing `disks.data.source` of domain/new from default/old-data to default/new-data would make a new one, without the data; the data is in `default/old-data`: keep "old" among the `previousNames` of the unit, and it stays there
        changing `disks.root.source` of domain/new from default/old-root to default/new-root would make a new one, without the data; the data is in `default/old-root`: keep "old" among the `previousNames` of the unit, and it stays there
    "#]]);
    let refused = world.try_plan().expect_err("it may stop now").errors;
    world.declare("new", |_| ()).policy.on_change = OnChange::LiveOrStage;
    assert_eq!(world.try_plan().expect_err("it would wait for a stop").errors, refused);
    world.observed.resources.get_mut(&domain("old")).expect("there").power = PowerState::Off;
    assert_eq!(world.try_plan().expect_err("it is off").errors, refused);
}

#[test]
fn a_renamed_domain_that_names_its_old_volumes_keeps_them() {
    let mut world = with_old();
    rename(&mut world, Kind::Domain).policy.on_change = OnChange::RestartIfNeeded;
    world.check(expect![[r#"
        Plan: 1 to rename, 2 unchanged, nothing destroyed (about 12 s)

        ~ domain/new  rename    restart; it was domain/old; shutdown ≤ 1m; about 12 s
          1. stop domain/old
          2. rename domain/new after 1
          3. start domain/new after 2
    "#]]);
}

#[test]
fn a_renamed_container_is_not_given_a_new_empty_volume() {
    let mounting = |volume: &str| {
        let mut spec = proxy();
        let mount = Mount { kind: MountKind::Volume, source: volume.into(), read_only: false };
        spec.mounts.insert("/data".into(), mount);
        Spec::Container(spec)
    };
    let docker = |name: &str| Address::new(Kind::DockerVolume, name);
    let mut world = World::new();
    world.settled(&docker("old-data"), Spec::DockerVolume(DockerVolumeSpec::default()), PowerState::Off);
    world.settled(&container("old"), mounting("old-data"), PowerState::Running);
    rename(&mut world, Kind::Container).spec = mounting("new-data");
    world.desired.resources.remove(&docker("old-data"));
    world.wants(&docker("new-data"), Spec::DockerVolume(DockerVolumeSpec::default()));
    world.check(expect![[r#"
        refused: changing `mounts./data.source` of container/new from old-data to new-data would make a new one, without the data; the data is in `old-data`: keep "old" among the `previousNames` of the unit, and it stays there
    "#]]);
}

#[test]
fn a_renamed_domain_keeps_its_volumes_though_its_previous_name_is_forgotten() {
    let mut world = with_old();
    let resource = world.desired.resources.remove(&domain("old")).expect("declared");
    world.observed.resources.remove(&domain("old"));
    world.applied.rows.remove(&domain("old"));
    world.settled(&domain("new"), resource.spec, PowerState::Running);
    world.check(expect![[r#"
        Plan: nothing to do, 3 unchanged
    "#]]);
    follow(&mut world, "data");
    world.check(expect![[r#"
        refused: changing `disks.data.source` of domain/new from default/old-data to default/new-data would make a new one, without the data; the data is in `default/old-data`: keep "old" among the `previousNames` of the unit, and it stays there
    "#]]);
}
