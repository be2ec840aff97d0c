//! A port that one unit gives up and another takes.

use expect_test::expect;
use model::{PowerState, Spec, spec::PortBinding};

use super::build::{World, container, proxy};

fn on(port: u16) -> Spec {
    let mut spec = proxy();
    let binding = PortBinding { address: "0.0.0.0".into(), port: Some(port) };
    spec.ports.insert("80/tcp".into(), vec![binding]);
    Spec::Container(spec)
}

#[test]
fn an_orphan_makes_way_for_a_unit_that_needs_its_port() {
    let mut world = World::new();
    world.settled(&container("old"), on(8080), PowerState::Running);
    world.desired.resources.clear();
    world.wants(&container("new"), on(8080));
    world.wants(&container("other"), Spec::Container(proxy()));
    world.check(expect![[r#"
        Plan: 2 to create, 1 to remove, 0 unchanged, nothing destroyed (about 3 s)

        + container/new    create    of proxy:1, port 8080:80/tcp
        - container/old    remove    stopped; no longer declared; shutdown ≤ 1m; about 3 s
        + container/other  create    of proxy:1
          1. create container/other
          2. start container/other after 1
          3. stop container/old
          4. create container/new after 3
          5. start container/new after 4
          6. delete container/old Keep after 5
    "#]]);
}

#[test]
fn a_unit_gives_its_port_up_before_another_takes_it() {
    let mut world = World::new();
    world.settled(&container("old"), on(443), PowerState::Running);
    world.desired.resources.get_mut(&container("old")).expect("declared").spec = on(8443);
    world.wants(&container("new"), on(443));
    world.check(expect![[r#"
        Plan: 1 to create, 1 to recreate, 0 unchanged, nothing destroyed (about 4 s)

        + container/new  create    of proxy:1, port 443:80/tcp
        ± container/old  recreate  new one in its place; about 3 s
            ports.80/tcp  address 0.0.0.0, port 443 → address 0.0.0.0, port 8443
          1. replace container/old
          2. create container/new after 1
          3. start container/new after 2
    "#]]);

    // Two that swap: no order is right, and none is a circle.
    world.settled(&container("new"), on(8443), PowerState::Running);
    world.desired.resources.get_mut(&container("new")).expect("declared").spec = on(443);
    world.check(expect![[r#"
        Plan: 2 to recreate, 0 unchanged, nothing destroyed (about 6 s)

        ± container/new  recreate  new one in its place; about 3 s
            ports.80/tcp  address 0.0.0.0, port 8443 → address 0.0.0.0, port 443
        ± container/old  recreate  new one in its place; about 3 s
            ports.80/tcp  address 0.0.0.0, port 443 → address 0.0.0.0, port 8443
          1. replace container/new
          2. replace container/old after 1
    "#]]);
}
