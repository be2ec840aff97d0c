use expect_test::{Expect, expect};
use model::{
    Address, DeletionPolicy, Kind, PowerState, Spec,
    spec::{ContainerImageSpec, ContainerSpec, DockerVolumeSpec, Mount, MountKind, NetworkSpec, PoolSpec},
};

use crate::{
    Destroy, Removals,
    scenarios::build::{World, container, domain, proxy, steps, volume, web},
};

#[track_caller]
fn check(world: &World, expected: Expect) {
    expected.assert_eq(&format!("steps:\n{}", steps(&world.plan())));
}

#[test]
fn what_is_needed_comes_first_and_the_rest_is_free() {
    let mut world = World::new();
    world.wants(&Address::new(Kind::Network, "lan"), Spec::Network(NetworkSpec::default()));
    world.wants(&Address::new(Kind::Pool, "default"), Spec::Pool(PoolSpec::default()));
    let size = model::Bytes::gib(1);
    world.wants(&Address::new(Kind::Volume, "default/root"), Spec::Volume(volume("root", size)));
    world.wants(&domain("web"), Spec::Domain(web()));
    world.wants(&container("proxy"), Spec::Container(proxy()));
    check(
        &world,
        expect![[r#"
            steps:
              1. create network/lan
              2. create pool/default
              3. create volume/default/root after 2
              4. create domain/web after 1, 3
              5. start domain/web after 4
              6. create container/proxy
              7. start container/proxy after 6
        "#]],
    );
}

#[test]
fn a_unit_waits_for_the_health_of_what_it_depends_on() {
    let mut world = World::new();
    let probe = model::HealthProbe::Tcp { host: "127.0.0.1".into(), port: 80 };
    let span = model::Span::seconds(1);
    let check_of_db = model::HealthCheck { probe, interval: span, timeout: span, retries: 3, start_period: span };
    world.wants(&container("db"), Spec::Container(proxy())).health = Some(check_of_db);
    let app = world.wants(&container("app"), Spec::Container(proxy()));
    app.depends_on.insert(container("db"));
    app.hooks.post_start = "true".into();
    check(
        &world,
        expect![[r#"
            steps:
              1. create container/db
              2. start container/db after 1
              3. await health container/db after 2
              4. create container/app after 3
              5. start container/app after 4
              6. run hook container/app PostStart after 5
        "#]],
    );
}

#[test]
fn removals_come_in_reverse_and_wait_for_nothing_that_does_not_concern_them() {
    let mut world = World::new();
    let mut removed = web();
    removed.interfaces.clear();
    world.settled(&domain("old"), Spec::Domain(removed), PowerState::Off);
    world.settled(&Address::new(Kind::Pool, "default"), Spec::Pool(PoolSpec::default()), PowerState::Running);
    for address in [domain("old"), Address::new(Kind::Pool, "default")] {
        world.desired.resources.remove(&address);
    }
    world.wants(&container("one"), Spec::Container(proxy()));
    world.wants(&container("two"), Spec::Container(proxy())).depends_on.insert(container("one"));
    check(
        &world,
        expect![[r#"
            steps:
              1. create container/one
              2. start container/one after 1
              3. create container/two after 2
              4. start container/two after 3
              5. delete domain/old Keep
              6. delete pool/default Keep after 5
        "#]],
    );
    world.options.removals = Removals::Last;
    check(
        &world,
        expect![[r#"
            steps:
              1. create container/one
              2. start container/one after 1
              3. create container/two after 2
              4. start container/two after 3
              5. delete domain/old Keep after 4
              6. delete pool/default Keep after 5
        "#]],
    );
}

/// A container `old` that runs on a volume of its own and is no longer declared, beside another that is made.
fn with_old() -> (World, Address) {
    let mut world = World::new();
    let data = Address::new(Kind::DockerVolume, "old-data");
    world.settled(&data, Spec::DockerVolume(DockerVolumeSpec::default()), PowerState::Off);
    world.settled(&container("old"), on_volume("old-data"), PowerState::Running);
    world.desired.resources.remove(&container("old"));
    world.wants(&container("other"), Spec::Container(proxy()));
    (world, data)
}

fn on_volume(volume: &str) -> Spec {
    let mut spec = proxy();
    let mount = Mount { kind: MountKind::Volume, source: volume.into(), read_only: false };
    spec.mounts.insert("/data".into(), mount);
    Spec::Container(spec)
}

#[test]
fn what_gives_way_to_a_unit_of_its_name_elsewhere_goes_once_that_works() {
    let (mut world, _) = with_old();
    world.wants(&domain("old"), Spec::Domain(web()));
    check(
        &world,
        expect![[r#"
            steps:
              1. create domain/old
              2. start domain/old after 1
              3. create container/other
              4. start container/other after 3
              5. stop container/old after 2
              6. delete container/old Keep after 5
        "#]],
    );
}

#[test]
fn what_gives_its_volume_to_another_goes_once_that_works() {
    let (mut world, _) = with_old();
    world.wants(&container("new"), on_volume("old-data"));
    check(
        &world,
        expect![[r#"
            steps:
              1. create container/new
              2. start container/new after 1
              3. create container/other
              4. start container/other after 3
              5. stop container/old after 2
              6. delete container/old Keep after 5
        "#]],
    );
}

#[test]
fn what_others_depended_on_goes_once_they_depend_on_it_no_longer() {
    let (mut world, _) = with_old();
    world.settled(&container("shop"), Spec::Container(proxy()), PowerState::Running);
    world.applied.rows.get_mut(&container("shop")).expect("it is settled").depends_on.insert(container("old"));
    world.declare_container("shop", |shop| shop.user = Some("0".into())).depends_on.insert(container("new"));
    world.wants(&container("new"), Spec::Container(proxy()));
    check(
        &world,
        expect![[r#"
            steps:
              1. create container/new
              2. start container/new after 1
              3. create container/other
              4. start container/other after 3
              5. replace container/shop after 2
              6. stop container/old after 5
              7. delete container/old Keep after 6
        "#]],
    );
}

#[test]
fn data_and_images_go_last_of_all() {
    let (mut world, data) = with_old();
    world.desired.resources.remove(&data);
    let image = Address::new(Kind::ContainerImage, "proxy:1");
    world.settled(&image, Spec::ContainerImage(ContainerImageSpec::default()), PowerState::Off);
    world.desired.resources.remove(&image);
    world.desired.resources.remove(&container("other"));
    let elsewhere = ContainerSpec { image: "shop:1".into(), ..ContainerSpec::default() };
    world.wants(&container("other"), Spec::Container(elsewhere));
    for address in [&data, &image] {
        world.applied.rows.get_mut(address).expect("it is settled").policy.deletion = DeletionPolicy::Delete;
    }
    world.options.destroy = Destroy::Allow;
    check(
        &world,
        expect![[r#"
            steps:
              1. create container/other
              2. start container/other after 1
              3. stop container/old
              4. delete container/old Keep after 3
              5. delete docker-volume/old-data Destroy after 2, 4
              6. delete container-image/proxy:1 Keep after 2, 4
        "#]],
    );
}

#[test]
fn a_circle_is_refused_with_everybody_in_it() {
    let mut world = World::new();
    for (name, needed) in [("a1", "b1"), ("b1", "c1"), ("c1", "a1"), ("d1", "a1")] {
        world.wants(&container(name), Spec::Container(proxy())).depends_on.insert(container(needed));
    }
    world.check(expect![[r#"
        refused: these depend on each other in a circle: container/c1 → container/b1 → container/a1 → container/c1; take one of the `dependsOn` out
    "#]]);
}
