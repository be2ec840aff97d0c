use crate::scenarios::build::{World, domain, web};
use model::{PowerState, Spec};

fn world() -> World {
    let mut world = World::with_web();
    world.settled(&domain("other"), Spec::Domain(web()), PowerState::Running);
    world.wants(&domain("new"), Spec::Domain(web()));
    world.declare("web", |web| web.title = Some("The shop".into()));
    world
}

#[track_caller]
fn check(change: impl FnOnce(&mut World), expected: &str) {
    let mut world = world();
    let plan = world.plan();
    change(&mut world);
    let verdict = plan.verify_basis(&world.observed);
    assert_eq!(verdict.err().map(|moved| moved.to_string()).unwrap_or_default(), expected);
}

#[test]
fn a_saved_plan_is_refused_once_what_it_changes_has_moved() {
    check(|_| (), "");
    let seen = |world: &mut World, name: &str| world.observed.resources.get_mut(&domain(name)).expect("there").clone();
    check(
        |world| world.observed.resources.get_mut(&domain("web")).expect("there").fingerprint.config = "x".into(),
        "the plan no longer fits: domain/web was reconfigured",
    );
    check(
        |world| world.observed.resources.get_mut(&domain("web")).expect("there").fingerprint.live = "x".into(),
        "the plan no longer fits: domain/web was started, stopped or changed while it runs",
    );
    check(
        |world| {
            let copy = seen(world, "web");
            world.observed.resources.insert(domain("new"), copy);
            world.observed.resources.remove(&domain("web"));
        },
        "the plan no longer fits: domain/new has appeared, domain/web has vanished",
    );
}

#[test]
fn what_the_plan_does_not_touch_may_move() {
    check(
        |world| world.observed.resources.get_mut(&domain("other")).expect("there").fingerprint.config = "x".into(),
        "",
    );
}

#[test]
fn the_hash_tells_plans_apart_and_survives_the_way_through_json() {
    let mut world = world();
    let plan = world.plan();
    let text = serde_json::to_string(&plan).expect("serialises");
    let back: crate::Plan = serde_json::from_str(&text).expect("parses");
    assert_eq!(back, plan);
    assert_eq!(back.hash(), plan.hash());
    world.declare("web", |web| web.title = Some("Another".into()));
    assert_ne!(world.plan().hash(), plan.hash());
}
