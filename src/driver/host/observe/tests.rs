use std::{
    collections::BTreeMap,
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use model::{
    Address, Applied, AppliedRow, Fingerprint, Kind, OwnerId, Seen, Spec,
    spec::{FileSpec, ImageOrigin, ImageSpec, SeedSpec},
};
use plan::{Action, Data, Mark, Step, StepId};

use crate::{Driver, ObserveRequest, host::Host};

/// A host below `folder` on which `spec` has been applied.
struct Scene {
    host: Host,
    address: Address,
    applied: Applied,
    wanted: BTreeMap<Address, String>,
}

fn step(address: &Address, action: Action) -> Step {
    Step { id: StepId(1), address: address.clone(), action, after: Default::default() }
}

impl Scene {
    async fn of(folder: &Path, kind: Kind, spec: Spec) -> Self {
        let host = Host::new(folder.to_owned());
        let address = Address::new(kind, "one");
        let (owner, hash) = (OwnerId(uuid::Uuid::nil()), spec.hash());
        let mark = Mark { owner, spec: hash.clone(), protect: false, deletion: Default::default() };
        let done = host.execute(&step(&address, Action::Create { spec: spec.clone(), mark })).await.unwrap();
        let fingerprint = done.fingerprint.unwrap_or_else(Fingerprint::default);
        let row = AppliedRow { fingerprint, generation: 1, ..AppliedRow::new(spec) };
        let applied = Applied { rows: BTreeMap::from([(address.clone(), row)]), ..Applied::default() };
        let wanted = BTreeMap::from([(address.clone(), hash)]);
        Self { host, address, applied, wanted }
    }

    async fn seen(&self) -> Option<Seen> {
        let owner = OwnerId(uuid::Uuid::nil());
        let request = ObserveRequest { owner, applied: &self.applied, wanted: &self.wanted, only: None };
        let mut observed = self.host.observe(&request).await.unwrap();
        observed.resources.remove(&self.address).map(|resource| resource.seen)
    }
}

fn seed(path: PathBuf) -> Spec {
    Spec::Seed(SeedSpec { path, user_data: "#cloud-config\n".to_owned(), ..SeedSpec::default() })
}

#[tokio::test]
async fn what_is_as_applied_is_not_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seeds/one.iso");
    let scene = Scene::of(folder.path(), Kind::Seed, seed(path.clone())).await;
    assert_eq!(scene.seen().await, Some(Seen::Unchanged));
    // libvirt hands the file of a running domain to another user.
    fs::set_permissions(path, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(scene.seen().await, Some(Seen::Unchanged));
}

#[tokio::test]
async fn a_changed_image_shows_its_new_hash() {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("source");
    fs::write(&source, "disk").unwrap();
    let path = folder.path().join("images/one.raw");
    let spec = ImageSpec { path: path.clone(), origin: Some(ImageOrigin::File(source)), sha256: None };
    let scene = Scene::of(folder.path(), Kind::Image, Spec::Image(spec)).await;
    fs::write(path, "other").unwrap();
    let Some(Seen::Parsed { config: Spec::Image(seen), .. }) = scene.seen().await else { panic!("it was parsed") };
    assert_eq!(seen.sha256.as_deref(), Some("d9298a10d1b0735837dc4bd85dac641b0f3cef27a47e5d53a54f2f3f5b2fcffa"));
}

#[tokio::test]
async fn a_seed_that_was_only_touched_is_the_same_seed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seeds/one.iso");
    let spec = seed(path.clone());
    let scene = Scene::of(folder.path(), Kind::Seed, spec.clone()).await;
    let bytes = fs::read(&path).unwrap();
    fs::remove_file(&path).unwrap();
    fs::write(&path, bytes).unwrap();
    match scene.seen().await {
        Some(Seen::Unchanged) => {}
        seen => assert_eq!(seen, Some(Seen::Parsed { config: spec, live: None })),
    }
}

#[tokio::test]
async fn a_removed_file_is_not_there_and_removing_it_again_is_harmless() {
    let folder = tempfile::tempdir().unwrap();
    let spec = FileSpec { path: folder.path().join("elsewhere/x"), content: "x".to_owned(), ..FileSpec::default() };
    let path = spec.path.clone();
    let scene = Scene::of(folder.path(), Kind::File, Spec::File(spec)).await;
    assert_eq!(scene.seen().await, Some(Seen::Unchanged));
    for _ in 0..2 {
        scene.host.execute(&step(&scene.address, Action::Delete { data: Data::Destroy })).await.unwrap();
        assert!(!path.exists());
    }
    assert_eq!(scene.seen().await, None);
}

#[tokio::test]
async fn an_unfinished_file_is_swept() {
    let folder = tempfile::tempdir().unwrap();
    let images = folder.path().join("images");
    fs::create_dir(&images).unwrap();
    for name in ["disk.raw", "disk.raw.hvnew"] {
        fs::write(images.join(name), "x").unwrap();
    }
    let swept = Host::new(folder.path().to_owned()).sweep(OwnerId(uuid::Uuid::nil())).await.unwrap();
    assert_eq!(swept, [images.join("disk.raw").display().to_string()]);
    assert_eq!(fs::read_dir(images).unwrap().count(), 1);
}
