//! Containers: in place where the engine can, a new one beside the old where not.

use expect_test::expect;
use model::Bytes;

use super::build::World;

#[test]
fn a_limit_changes_in_place_and_its_removal_recreates() {
    let mut world = World::with_proxy();
    world.declare_container("proxy", |proxy| proxy.limits.memory = Some(Bytes::mib(256)));
    world.check(expect![[r#"
        Plan: 1 to change, 0 unchanged, nothing destroyed (under a second)

        ~ container/proxy  change    live
            limits.memory  unset → 256 MiB
          1. configure container/proxy [limits.memory]
    "#]]);
}

#[test]
fn an_environment_variable_needs_a_new_container() {
    let mut world = World::with_proxy();
    world.declare_container("proxy", |proxy| {
        proxy.env.insert("MODE".into(), "fast".into());
        proxy.env.insert("DB_PASSWORD".into(), "hunter2".into());
    });
    world.check(expect![[r#"
        Plan: 1 to recreate, 0 unchanged, nothing destroyed (about 3 s)

        ± container/proxy  recreate  new one in its place; about 3 s
            env.DB_PASSWORD  (not shown) → (not shown)
            env.MODE         unset → fast
          1. replace container/proxy
    "#]]);
}
