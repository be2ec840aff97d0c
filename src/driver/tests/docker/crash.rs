use driver::Driver;
use model::{Kind, PowerState, Seen, Spec, spec::ContainerSpec};
use plan::Action;

use crate::stage::{Stage, by_hand, is_ours, sleeper};

fn next() -> ContainerSpec {
    ContainerSpec { env: [("VALUE".to_owned(), "next".to_owned())].into(), ..sleeper() }
}

/// A unit whose replacement by [`next`] was killed: its container and the new one under the names `now`.
async fn interrupted(test: &str, now: [&str; 2]) -> (Stage, model::Address, [String; 2]) {
    let mut stage = Stage::new(test).await;
    let web = stage.address(Kind::Container, "web");
    stage.run(&web, &sleeper()).await;
    let old = stage.id(&web).await;
    // A container with the labels that a replacement gives the new one.
    let parking = stage.address(Kind::Container, "parking");
    assert!(by_hand(&["rename", &web.name, &parking.name]).0);
    stage.create(&web, Spec::Container(next())).await.unwrap();
    let new = stage.id(&web).await;
    for (id, suffix) in [(&new, now[1]), (&old, now[0])] {
        let name = format!("{}{suffix}", web.name);
        let is_it = by_hand(&["inspect", "-f", "{{.Name}}", id]).1 == format!("/{name}");
        assert!(is_it || by_hand(&["rename", id, &name]).0);
    }
    (stage, web, [old, new])
}

#[tokio::test]
async fn an_unproven_new_container_goes_and_the_old_one_stays() {
    let (stage, web, [old, _]) = interrupted("crash-new", ["", ".hvnew"]).await;
    assert!(is_ours(&stage.observe(&web).await.unwrap()));
    let leftover = stage.address(Kind::Container, "web.hvnew");
    assert!(stage.observe(&leftover).await.is_none(), "it is no unit of its own");
    assert_eq!(stage.docker.sweep(stage.owner).await.unwrap(), std::slice::from_ref(&web.name));
    assert_eq!(stage.id(&web).await, old);
    assert!(stage.docker.status(&leftover.name).await.unwrap().is_none());
    assert_eq!(stage.docker.sweep(stage.owner).await.unwrap(), [] as [&str; 0]);
}

#[tokio::test]
async fn between_the_two_renames_the_new_container_gets_the_name() {
    let (stage, web, [_, new]) = interrupted("crash-swap", [".hvold", ".hvnew"]).await;
    stage.assert_as(&web, &Spec::Container(next())).await;
    stage.docker.sweep(stage.owner).await.unwrap();
    assert_eq!(stage.id(&web).await, new);
    assert!(stage.docker.status(&format!("{}.hvold", web.name)).await.unwrap().is_none());
}

#[tokio::test]
async fn any_step_finds_the_unit_again_after_a_crash() {
    let (stage, web, [_, new]) = interrupted("crash-start", [".hvold", ".hvnew"]).await;
    stage.act(&web, Action::Start).await.unwrap();
    assert_eq!((stage.id(&web).await, stage.power(&web).await), (new, PowerState::Running));
}

#[tokio::test]
async fn a_replacement_that_was_interrupted_is_done_again() {
    let (mut stage, web, [old, new]) = interrupted("crash-again", ["", ".hvnew"]).await;
    let done = stage.act(&web, stage.replacement(&next())).await.unwrap();
    stage.remember(&web, Spec::Container(next()), done);
    let now = stage.id(&web).await;
    assert!(now != old && now != new);
    assert_eq!(stage.observe(&web).await.unwrap().seen, Seen::Unchanged);
    assert_eq!(stage.power(&web).await, PowerState::Running);
    assert_eq!(by_hand(&["ps", "-aq", "--filter", &format!("name={}", web.name)]).1.lines().count(), 1);
}

#[tokio::test]
async fn an_adoption_that_was_interrupted_between_the_two_renames_is_finished() {
    let mut stage = Stage::new("crash-adopt").await;
    let web = stage.address(Kind::Container, "web");
    stage.create(&web, Spec::Container(next())).await.unwrap();
    let new = stage.id(&web).await;
    assert!(by_hand(&["rename", &web.name, &format!("{}.hvnew", web.name)]).0);
    let old = format!("{}.hvold", web.name);
    assert!(by_hand(&["create", "--name", &old, crate::stage::IMAGE, "/bin/sleep", "1000"]).0);
    let done = stage.act(&web, stage.replacement(&next())).await.unwrap();
    stage.remember(&web, Spec::Container(next()), done);
    assert_eq!((stage.id(&web).await, stage.power(&web).await), (new, PowerState::Running));
    assert!(stage.docker.status(&old).await.unwrap().is_none());
}
