//! Pools and volumes.

use driver::Driver;
use model::{
    Address, Bytes, Kind, Ownership, Seen, Spec,
    spec::{VolumeContents, VolumeFormat, VolumeSpec},
};
use plan::{Action, Data};

use super::bed::{Bed, image, story, virsh};

#[tokio::test]
async fn a_pool_and_its_volumes_are_made_grown_and_deleted() {
    let bed = Bed::new("storage").await;
    let pool = bed.pool("p").await;
    assert_eq!(bed.pool("p").await, pool, "making it twice is harmless");
    let name = bed.volume(&pool, "data", 16).await;
    let address = Address::new(Kind::Volume, name);
    let sized = |mib| {
        Spec::Volume(VolumeSpec {
            pool: pool.clone(),
            name: "data".to_owned(),
            capacity: Some(Bytes::mib(mib)),
            format: Some(VolumeFormat::Qcow2),
            ..VolumeSpec::default()
        })
    };
    let grow = |mib| Action::Configure { spec: sized(mib), fields: Vec::new(), mark: bed.mark(&sized(mib)) };
    bed.act(&address, grow(32)).await.unwrap();
    let refused = story(&bed.act(&address, grow(8)).await.unwrap_err());
    assert!(refused.contains("never shrunk"), "{refused}");

    let kept = bed.delete(&Address::new(Kind::Pool, &pool), Data::Destroy).await.unwrap_err();
    assert!(story(&kept).contains("still holds 1 volumes"), "{}", story(&kept));
    bed.delete(&address, Data::Keep).await.unwrap();
    assert!(bed.state.path().join("pools/p/data").exists(), "its data is kept");
    bed.delete(&address, Data::Destroy).await.unwrap();
    assert!(!bed.state.path().join("pools/p/data").exists());
    bed.delete(&address, Data::Destroy).await.unwrap();
    bed.delete(&Address::new(Kind::Pool, &pool), Data::Destroy).await.unwrap();
}

#[tokio::test]
async fn volumes_are_copies_of_an_image_or_lie_over_it() {
    let mut bed = Bed::new("images").await;
    let pool = bed.pool("p").await;
    let base = image(&bed.state.path().join("base.qcow2"), 8);
    let volume = |name: &str, contents, backing| {
        Spec::Volume(VolumeSpec {
            pool: pool.clone(),
            name: name.to_owned(),
            capacity: None,
            format: Some(VolumeFormat::Qcow2),
            backing,
            contents: Some(contents),
        })
    };
    let overlay = volume("over", VolumeContents::Overlay { format: VolumeFormat::Qcow2 }, Some(base.clone()));
    let copy = volume("copy", VolumeContents::Copy { image: base.clone(), format: VolumeFormat::Qcow2 }, None);
    for (name, spec) in [("over", overlay), ("copy", copy)] {
        let address = Address::new(Kind::Volume, format!("{pool}/{name}"));
        let outcome = bed.act(&address, Action::Create { mark: bed.mark(&spec), spec: spec.clone() }).await.unwrap();
        bed.remember(&address, spec, &outcome);
        let seen = bed.seen(&address).await.unwrap();
        assert!(matches!(seen.ownership, Ownership::Ours { .. }), "{seen:?}");
        assert_eq!(seen.seen, Seen::Unchanged);
    }
    let partial = format!(".copy.{}.hvnew", bed.owner.0.simple());
    let partial = bed.state.path().join("pools/p").join(partial);
    std::fs::write(&partial, "half a copy").unwrap();
    assert_eq!(bed.driver.sweep(bed.owner).await.unwrap(), [partial.display().to_string()]);
    assert!(!partial.exists());
    bed.wanted.insert(Address::new(Kind::Volume, format!("{pool}/over")), "another".to_owned());
    let seen = bed.seen(&Address::new(Kind::Volume, format!("{pool}/over"))).await.unwrap();
    let Seen::Parsed { config: Spec::Volume(shown), .. } = seen.seen else { panic!("its declaration changed") };
    assert_eq!((shown.backing, shown.capacity), (Some(base), Some(Bytes::mib(8))));
}

#[tokio::test]
async fn a_volume_that_is_to_be_adopted_shows_the_same_when_it_is_looked_at_again() {
    let mut bed = Bed::new("adopt").await;
    let pool = bed.pool("p").await;
    virsh(&["vol-create-as", &pool, "made", "16M", "--format", "qcow2"]);
    let address = Address::new(Kind::Volume, format!("{pool}/made"));
    bed.wanted.insert(address.clone(), "as declared".to_owned());
    let planned = bed.seen(&address).await.unwrap();
    bed.wanted.clear();
    let again = bed.looked_at_again(&address).await.unwrap();
    assert_eq!(planned.ownership, Ownership::Unmanaged);
    assert_eq!((again.fingerprint, again.seen), (planned.fingerprint, planned.seen));
}

#[tokio::test]
async fn who_only_looks_sees_how_large_volumes_are_that_nobody_declared() {
    let mut bed = Bed::new("look").await;
    let pool = bed.pool("p").await;
    let ours = bed.address(Kind::Pool, "p");
    for name in ["made", "other"] {
        virsh(&["vol-create-as", &pool, name, "16M", "--format", "qcow2"]);
    }
    let address = Address::new(Kind::Volume, format!("{pool}/made"));
    // That something of the pool is known makes its volumes listed.
    bed.remember_as_ours(&Address::new(Kind::Volume, format!("{pool}/other")));
    let seen = bed.seen(&address).await.unwrap();
    assert_eq!(seen.ownership, Ownership::Unmanaged);
    let Seen::Parsed { config: Spec::Volume(shown), .. } = seen.seen else { panic!("nobody remembers it") };
    assert_eq!((shown.capacity, shown.format), (Some(Bytes::mib(16)), Some(VolumeFormat::Qcow2)));
    let before = bed.driver.calls().reads;
    bed.seen(&address).await.unwrap();
    let looking = bed.driver.calls().reads - before;

    bed.wanted.insert(ours, "as declared".to_owned());
    let before = bed.driver.calls().reads;
    let planned = bed.seen(&address).await.unwrap();
    let Seen::Parsed { config: Spec::Volume(shown), .. } = planned.seen else { panic!("nobody remembers it") };
    assert_eq!(shown.capacity, None);
    assert!(bed.driver.calls().reads - before < looking, "a plan does not read what it is not about");
}

#[tokio::test]
async fn a_pool_is_known_by_its_identity_when_everything_else_is_forgotten() {
    let mut bed = Bed::new("lost").await;
    let pool = bed.pool("p").await;
    let volume = bed.volume(&pool, "data", 8).await;
    let address = bed.address(Kind::Pool, "p");
    assert!(matches!(bed.seen(&address).await.unwrap().ownership, Ownership::Ours { .. }));
    assert!(bed.seen(&Address::new(Kind::Volume, volume)).await.is_some());
    bed.wanted.insert(bed.address(Kind::Pool, "another"), "as declared".to_owned());
    assert_eq!(bed.seen(&address).await.unwrap().ownership, Ownership::Unmanaged, "it was let go of");
}
