use std::collections::BTreeMap;

use futures::future::join_all;
use model::{
    Kind, Seen, Spec,
    spec::{ContainerSpec, DockerVolumeSpec, Mount, MountKind},
};
use plan::{Action, Data};

use crate::stage::{Stage, by_hand, chain, is_ours, sleeper};

fn volume(size: &str) -> DockerVolumeSpec {
    let options = [("type", "tmpfs"), ("device", "tmpfs"), ("o", size)];
    DockerVolumeSpec {
        driver: Some("local".to_owned()),
        options: options.map(|(key, value)| (key.to_owned(), value.to_owned())).into(),
        labels: BTreeMap::from([("tier".to_owned(), "hot".to_owned())]),
    }
}

#[tokio::test]
async fn a_volume_that_exists_otherwise_is_reported_not_silently_taken() {
    let mut stage = Stage::new("volume").await;
    let data = stage.address(Kind::DockerVolume, "data");
    for _ in 0..2 {
        let made = stage.create(&data, Spec::DockerVolume(volume("size=1m"))).await.unwrap();
        stage.remember(&data, Spec::DockerVolume(volume("size=1m")), made);
    }
    stage.assert_as(&data, &Spec::DockerVolume(volume("size=1m"))).await;
    assert_eq!(stage.observe(&data).await.unwrap().seen, Seen::Unchanged);
    let error = stage.create(&data, Spec::DockerVolume(volume("size=2m"))).await.unwrap_err();
    let said =
        "was told to create, but reads back differently: options.o of the volume that was there already is another";
    assert_eq!(chain(&error), format!("{data} {said}"));
    stage.act(&data, Action::Delete { data: Data::Keep }).await.unwrap();
    assert!(stage.observe(&data).await.is_some());
    for _ in 0..2 {
        stage.act(&data, Action::Delete { data: Data::Destroy }).await.unwrap();
    }
    assert!(stage.observe(&data).await.is_none());
}

#[tokio::test]
async fn containers_made_at_once_over_a_new_volume_find_it_filled_from_their_image() {
    let stage = Stage::new("filled").await;
    let data = stage.address(Kind::DockerVolume, "data");
    stage.create(&data, Spec::DockerVolume(DockerVolumeSpec::default())).await.unwrap();
    let mount = Mount { kind: MountKind::Volume, source: data.name.clone(), read_only: false };
    let spec = ContainerSpec { mounts: [("/bin".to_owned(), mount)].into(), ..sleeper() };
    let made = (0..6).map(|number| {
        let (stage, spec) = (&stage, Spec::Container(spec.clone()));
        async move { stage.create(&stage.address(Kind::Container, &format!("c{number}")), spec).await }
    });
    for made in join_all(made).await {
        made.unwrap();
    }
}

#[tokio::test]
async fn a_foreign_volume_becomes_ours_only_by_adoption() {
    let mut stage = Stage::new("forevol").await;
    let data = stage.address(Kind::DockerVolume, "data");
    assert!(by_hand(&["volume", "create", &data.name]).0);
    let spec = Spec::DockerVolume(DockerVolumeSpec { driver: Some("local".to_owned()), ..DockerVolumeSpec::default() });
    let error = stage.create(&data, spec.clone()).await.unwrap_err();
    assert!(chain(&error).contains("that is not ours: adopt it"), "{}", chain(&error));
    assert!(!is_ours(&stage.observe(&data).await.unwrap()));
    let adopted = stage.act(&data, Action::Adopt { mark: stage.mark(&spec) }).await.unwrap();
    stage.remember(&data, spec, adopted);
    let seen = stage.observe(&data).await.unwrap();
    assert!(is_ours(&seen) && seen.seen == Seen::Unchanged);
}
