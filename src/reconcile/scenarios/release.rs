//! What was let go of, and what is no longer remembered.

use model::{
    Applied, Bytes, DeletionPolicy, OnChange, PowerState, Spec,
    spec::{ImageOrigin, ImageSpec},
};
use plan::Verb;

use super::{
    bench::Bench,
    build::{House, address, disk},
};
/// A host with a domain `db` of which the declaration has gone, and with it its retained volume's.
async fn let_go(bench: &Bench) -> (House, House) {
    let mut with = bench.furnished();
    with.volume("default/db-data", 1).policy.deletion = DeletionPolicy::Retain;
    with.domain("db");
    with.domain_spec("db").disks.insert("data".into(), disk("default/db-data"));
    bench.settle(&with.desired).await;
    let without = with.clone().without("domain/db").without("volume/default/db-data");
    let pruned = bench.apply_and_prune(&without.desired).await;
    assert!(pruned.is_success(), "{pruned}");
    bench.expect_settled(&without.desired).await;
    (with, without)
}

fn creations(bench: &Bench) -> usize {
    bench.host.world().log.iter().filter(|line| **line == "create volume/default/db-data").count()
}

#[tokio::test]
async fn a_released_volume_is_taken_back_when_it_is_declared_again() {
    let bench = Bench::new();
    let (with, without) = let_go(&bench).await;
    let planned = bench.plan(&with.desired).await.expect("taken back without `adopt`");
    let verb = planned.plan.change_of(&address("volume/default/db-data")).map(|change| change.verb);
    assert_eq!(verb, Some(Verb::Adopt));
    bench.settle(&with.desired).await;
    assert_eq!(creations(&bench), 1, "its data is what it was");

    bench.apply_and_prune(&without.desired).await;
    let mut grown = with.clone();
    grown.volume_spec("default/db-data").capacity = Some(Bytes::gib(2));
    bench.settle(&grown.desired).await;
    let Spec::Volume(volume) = &bench.host.world().objects[&address("volume/default/db-data")].config else {
        panic!("a volume")
    };
    assert_eq!((volume.capacity, creations(&bench)), (Some(Bytes::gib(2)), 1));
}

#[tokio::test]
async fn a_released_volume_is_taken_back_by_the_generation_that_had_it() {
    let bench = Bench::new();
    let_go(&bench).await;
    let earlier = bench.state().generations().desired(1).expect("kept");
    bench.settle(&earlier).await;
    assert_eq!(creations(&bench), 1);
}

#[tokio::test]
async fn what_somebody_else_made_still_needs_the_word() {
    let bench = Bench::new();
    let (mut with, _) = let_go(&bench).await;
    let other = address("volume/default/theirs");
    let spec = with.volume("default/theirs", 1).spec.clone();
    bench.host.edit(|world| world.make_by_hand(other, spec, PowerState::Off));
    let refusal = bench.plan(&with.desired).await.expect_err("not ours").to_string();
    assert!(refusal.contains("volume/default/theirs") && !refusal.contains("db-data"), "{refusal}");
}

#[tokio::test]
async fn a_released_image_is_taken_back_without_being_copied_again() {
    let bench = Bench::new();
    let mut with = bench.furnished();
    let origin = Some(ImageOrigin::File("/srv/debian.qcow2".into()));
    let image = ImageSpec { path: "/images/debian".into(), origin, sha256: None };
    with.add("image/debian", Spec::Image(image)).policy.deletion = DeletionPolicy::Retain;
    bench.settle(&with.desired).await;
    let without = with.clone().without("image/debian");
    bench.apply_and_prune(&without.desired).await;
    bench.expect_settled(&without.desired).await;
    let from = bench.log_length();
    bench.settle(&with.desired).await;
    assert_eq!(bench.log_since(from), ["adopt image/debian"]);
}

#[tokio::test]
async fn a_released_volume_is_neither_removed_nor_destroyed() {
    let bench = Bench::new();
    let (_, without) = let_go(&bench).await;
    let options = bench.pruning(&without.desired).await;
    let planned = bench.reconciler().plan(&without.desired, &options).await.expect("planned");
    assert!(planned.plan.is_empty(), "{:#?}", planned.plan.changes);
    assert!(bench.host.world().objects.contains_key(&address("volume/default/db-data")));
}

#[tokio::test]
async fn a_disk_that_a_policy_leaves_keeps_its_volume_also_when_the_mark_is_written_anew() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    house.volume("default/db-data", 1).policy.deletion = DeletionPolicy::Delete;
    house.domain_spec("web").disks.insert("data".into(), disk("default/db-data"));
    bench.settle(&house.desired).await;
    let mut house = house.without("volume/default/db-data");
    house.domain_spec("web").disks.remove("data");
    let policy = &mut house.resource("domain/web").policy;
    (policy.on_change, policy.deletion) = (OnChange::Never, DeletionPolicy::Delete);
    bench.apply_and_prune(&house.desired).await;
    bench.apply_and_prune(&house.desired).await;
    assert!(bench.host.world().objects.contains_key(&address("volume/default/db-data")));
}

#[tokio::test]
async fn after_a_lost_state_what_is_not_declared_waits_a_day() {
    let bench = Bench::new();
    let mut house = bench.house();
    house.bare_domain("web");
    house.bare_domain("db");
    bench.settle(&house.desired).await;
    bench.state().rows().reset(&Applied::default()).expect("written");
    let without = house.without("domain/web");
    let web = || bench.host.world().objects.get(&address("domain/web")).map(|object| object.power);
    bench.apply(&without.desired).await;
    assert_eq!(web(), Some(PowerState::Off), "stopped at once");
    bench.later(3600);
    bench.apply(&without.desired).await;
    assert_eq!(web(), Some(PowerState::Off), "an hour later it is there still");
    bench.later(86_400);
    bench.apply(&without.desired).await;
    assert_eq!(web(), None, "a day later it is gone");
}
