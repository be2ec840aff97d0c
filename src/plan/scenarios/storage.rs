//! Volumes, pools, images, seeds and files.

use expect_test::expect;
use model::{
    Address, Bytes, Kind, PowerState, Spec,
    spec::{
        ContainerImageSource, ContainerImageSpec, FileSpec, ImageSpec, Mount, MountKind, PullPolicy, SeedSpec,
        VolumeFormat,
    },
};

use super::build::{World, container, disk, domain, ours, proxy, volume, web};
use crate::Destroy;

fn root() -> Address {
    Address::new(Kind::Volume, "default/root")
}

fn with_volume(world: &mut World) {
    world.settled(&root(), Spec::Volume(volume("root", Bytes::gib(10))), PowerState::Off);
}

fn declare_volume(world: &mut World, change: impl FnOnce(&mut model::spec::VolumeSpec)) {
    let Spec::Volume(volume) = &mut world.desired.resources.get_mut(&root()).expect("declared").spec else {
        panic!("a volume")
    };
    change(volume);
}

#[test]
fn a_volume_grows_in_place() {
    let mut world = World::new();
    with_volume(&mut world);
    declare_volume(&mut world, |volume| volume.capacity = Some(Bytes::gib(20)));
    world.check(expect![[r#"
        Plan: 1 to change, 0 unchanged, nothing destroyed (under a second)

        ~ volume/default/root  change
            capacity  10 GiB → 20 GiB
          1. configure volume/default/root [capacity]
    "#]]);
}

#[test]
fn a_volume_grows_through_the_guest_that_has_it_open() {
    let mut world = World::with_web();
    with_volume(&mut world);
    declare_volume(&mut world, |volume| volume.capacity = Some(Bytes::gib(20)));
    world.declare("web", |web| web.disks.get_mut("root").expect("a disk").capacity = Some(Bytes::gib(20)));
    world.check(expect![[r#"
        Plan: 2 to change, 0 unchanged, nothing destroyed (under a second)

        ~ volume/default/root  change    live; grown through domain/web, which has it open
            capacity  10 GiB → 20 GiB
        ~ domain/web           change    live
            disks.root.capacity  unset → 20 GiB
          1. configure domain/web []
          2. change live domain/web [disks.root.capacity] after 1
    "#]]);
    let plan = world.plan();
    assert!(plan.settled.contains(&root()), "the volume's row is written though it has no step of its own");
}

#[test]
fn a_volume_is_never_shrunk() {
    let mut world = World::new();
    with_volume(&mut world);
    declare_volume(&mut world, |volume| volume.capacity = Some(Bytes::gib(5)));
    world.check(expect![[r#"
        refused: volume/default/root is smaller than before: it has 10 GiB, and the declaration says 5 GiB; volumes are never shrunk; declare at least 10 GiB, or make a new volume and copy the data over
    "#]]);
}

#[test]
fn another_format_would_lose_the_data_and_needs_the_word() {
    let mut world = World::new();
    with_volume(&mut world);
    declare_volume(&mut world, |volume| volume.format = Some(VolumeFormat::Raw));
    world.check(expect![[r#"
        refused: changing `format` of volume/default/root from qcow2 to raw would make a new one, without the data; take the change back, or declare a new one under another name and copy the data over; `--allow-destroy` makes it anew where nothing runs on it
    "#]]);
    world.options.destroy = Destroy::Allow;
    world.check(expect![[r#"
        Plan: DESTROYS THE DATA of volume/default/root, 0 unchanged (about 2 s)

        ✗ volume/default/root  DESTROY   DATA LOST; made anew, without its data; about 2 s
            format  qcow2 → raw
          1. delete volume/default/root Destroy
          2. create volume/default/root after 1
    "#]]);
    world.settled(&domain("web"), Spec::Domain(web()), PowerState::Running);
    assert!(world.try_plan().is_err(), "not while a guest runs on it");
}

#[test]
fn an_image_does_not_change_under_the_volumes_over_it() {
    let address = Address::new(Kind::Image, "debian");
    let image = |hash: &str| {
        Spec::Image(ImageSpec { path: "/images/debian".into(), sha256: Some(hash.repeat(64)), origin: None })
    };
    let mut world = World::new();
    world.settled(&address, image("a"), PowerState::Off);
    world.desired.resources.get_mut(&address).expect("declared").spec = image("b");
    world.check(expect![[r#"
        Plan: 1 to change, 0 unchanged, nothing destroyed (about 20 s)

        ~ image/debian  change    live; about 20 s
            sha256  aaaaaaaaaaaa… → bbbbbbbbbbbb…
          1. replace image/debian
    "#]]);
    let mut over = volume("root", Bytes::gib(10));
    over.backing = Some("/images/debian".into());
    world.settled(&root(), Spec::Volume(over), PowerState::Off);
    world.check(expect![[r#"
        refused: image/debian cannot change while volume/default/root lies over it; declare the new image under another name
    "#]]);
}

#[test]
fn a_new_seed_is_a_new_medium_in_the_running_guests_drive() {
    let address = Address::new(Kind::Seed, "web");
    let seed = |path: &str, text: &str| {
        Spec::Seed(SeedSpec { path: path.into(), user_data: text.into(), ..SeedSpec::default() })
    };
    let with_seed = |path: &str| {
        let mut spec = web();
        let mut drive = disk("seed");
        drive.device = Some(model::spec::DiskKind::Cdrom);
        drive.bus = Some(model::spec::DiskBus::Sata);
        drive.source = Some(model::spec::DiskSource::File(path.into()));
        spec.disks.insert("seed".into(), drive);
        Spec::Domain(spec)
    };
    let mut world = World::new();
    world.settled(&address, seed("/seeds/a.iso", "a\n"), PowerState::Off);
    world.settled(&domain("web"), with_seed("/seeds/a.iso"), PowerState::Running);
    world.desired.resources.get_mut(&address).expect("declared").spec = seed("/seeds/b.iso", "b\n");
    world.desired.resources.get_mut(&domain("web")).expect("declared").spec = with_seed("/seeds/b.iso");
    world.check(expect![[r#"
        Plan: 2 to change, 0 unchanged, nothing destroyed (under a second)

        ~ seed/web    change    live
            path      /seeds/a.iso → /seeds/b.iso
            userData  1 line → 1 line from line 1
        ~ domain/web  change    live
            disks.seed.source  file /seeds/a.iso → file /seeds/b.iso
          1. replace seed/web
          2. configure domain/web [disks.seed.source] after 1
          3. change live domain/web [disks.seed.source] after 2
    "#]]);
}

#[test]
fn a_container_is_restarted_for_a_file_that_it_mounts_and_no_other_is() {
    let address = Address::new(Kind::File, "proxy-conf");
    let file = |text: &str| {
        Spec::File(FileSpec { path: "/files/proxy.conf".into(), content: text.into(), ..FileSpec::default() })
    };
    let mut mounting = proxy();
    let mount = Mount { kind: MountKind::Bind, source: "/files/proxy.conf".into(), read_only: true };
    mounting.mounts.insert("/etc/proxy.conf".into(), mount);
    let mut world = World::new();
    world.settled(&address, file("a\n"), PowerState::Off);
    world.settled(&container("proxy"), Spec::Container(mounting), PowerState::Running);
    world.settled(&container("other"), Spec::Container(proxy()), PowerState::Running);
    world.desired.resources.get_mut(&address).expect("declared").spec = file("b\n");
    world.check(expect![[r#"
        Plan: 1 to change, 1 to restart, 1 unchanged, nothing destroyed (about 3 s)

        ~ file/proxy-conf  change    live
            content  1 line → 1 line from line 1
        ↻ container/proxy  restart   file/proxy-conf, which it mounts, is written anew; shutdown ≤ 1m; about 3 s
          1. replace file/proxy-conf
          2. stop container/proxy after 1
          3. start container/proxy after 2
    "#]]);
}

fn image_of(id: &str, pull: PullPolicy) -> ContainerImageSpec {
    ContainerImageSpec {
        reference: "proxy:1".into(),
        source: Some(ContainerImageSource::Pull(pull)),
        id: Some(id.into()),
        ..ContainerImageSpec::default()
    }
}

fn with_image(pull: PullPolicy) -> World {
    let address = Address::new(Kind::ContainerImage, "proxy:1");
    let mut world = World::with_proxy();
    let declared = ContainerImageSpec { id: None, ..image_of("", pull) };
    world.settled(&address, Spec::ContainerImage(declared), PowerState::Off);
    world.observed.resources.insert(address, ours(Spec::ContainerImage(image_of("sha256:aa", pull)), PowerState::Off));
    world.tamper(&container("proxy"), |spec| {
        if let Spec::Container(proxy) = spec {
            proxy.image_id = Some("sha256:aa".into());
        }
    });
    world
}

#[test]
fn a_reference_that_stands_for_another_image_now_recreates() {
    let mut world = with_image(PullPolicy::Missing);
    world.check(expect![[r#"
        Plan: nothing to do, 2 unchanged
    "#]]);
    let moved = image_of("sha256:bb", PullPolicy::Missing);
    let address = Address::new(Kind::ContainerImage, "proxy:1");
    world.observed.resources.insert(address, ours(Spec::ContainerImage(moved), PowerState::Off));
    world.check(expect![[r#"
        Plan: 1 to recreate, 1 unchanged, nothing destroyed (about 3 s)

        ± container/proxy  recreate  new one in its place; about 3 s
            imageId  sha256:aa → sha256:bb
          1. replace container/proxy
    "#]]);
}

#[test]
fn a_registry_that_is_asked_each_time_recreates_nothing_until_it_has_another_image() {
    with_image(PullPolicy::Always).check(expect![[r#"
        Plan: 1 to refresh, 1 unchanged, nothing destroyed (about 10 s)

        ~ container-image/proxy:1  refresh   live; its policy asks the registry at every apply; about 10 s
          1. replace container-image/proxy:1
    "#]]);
}

#[test]
fn the_same_image_under_another_reference_changes_nothing() {
    let mut world = with_image(PullPolicy::Missing);
    let address = Address::new(Kind::ContainerImage, "proxy:stable");
    let spec = ContainerImageSpec { reference: "proxy:stable".into(), ..image_of("sha256:aa", PullPolicy::Missing) };
    world.settled(&address, Spec::ContainerImage(spec), PowerState::Off);
    world.declare_container("proxy", |proxy| proxy.image = "proxy:stable".into());
    world.check(expect![[r#"
        Plan: nothing to do, 3 unchanged
    "#]]);
}
