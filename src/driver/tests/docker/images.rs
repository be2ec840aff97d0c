use std::sync::{Arc, Mutex};

use driver::{Driver, docker::Docker};
use model::{
    Address, Bytes, Kind, Seen, Spec,
    spec::{ContainerImageSource, ContainerImageSpec, ContainerSpec, PullPolicy},
};
use plan::{Action, Data};

use crate::registry::serve;
use crate::stage::{ROOTFS, Stage, by_hand, chain, is_ours, sleeper};

fn image(reference: &str, source: ContainerImageSource) -> ContainerImageSpec {
    ContainerImageSpec { reference: reference.to_owned(), source: Some(source), ..ContainerImageSpec::default() }
}

/// The hash of a file, by the host's own tool.
fn sha256(path: &str) -> String {
    let output = std::process::Command::new("sha256sum").arg(path).output().unwrap();
    String::from_utf8(output.stdout).unwrap().split_whitespace().next().unwrap().to_owned()
}

#[tokio::test]
async fn an_imported_root_file_system_remembers_its_archive() {
    let mut stage = Stage::new("import").await;
    let address = Address::new(Kind::ContainerImage, "hypernix-test/import:1");
    let spec = ContainerImageSpec {
        archive_sha256: Some(sha256(ROOTFS)),
        ..image(&address.name, ContainerImageSource::Rootfs(ROOTFS.into()))
    };
    let made = stage.create(&address, Spec::ContainerImage(spec.clone())).await.unwrap();
    stage.remember(&address, Spec::ContainerImage(spec.clone()), made);
    assert!(is_ours(&stage.observe(&address).await.unwrap()));
    let Spec::ContainerImage(there) = stage.read(&address).await else { panic!("it is an image") };
    assert_eq!(there.archive_sha256, spec.archive_sha256);
    let other = ContainerImageSpec { archive_sha256: Some("0".repeat(64)), ..spec };
    let error = stage.create(&address, Spec::ContainerImage(other)).await.unwrap_err();
    assert!(chain(&error).contains(&format!("the archive {ROOTFS} is not the declared one: expected sha256:000")));
    for _ in 0..2 {
        stage.act(&address, Action::Delete { data: Data::Destroy }).await.unwrap();
        assert!(stage.observe(&address).await.is_none());
    }
}

#[tokio::test]
async fn a_saved_image_is_loaded_under_the_declared_name() {
    let stage = Stage::new("load").await;
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("saved.tar");
    let saved = archive.display().to_string();
    assert!(by_hand(&["import", ROOTFS, "hypernix-test/saved:1"]).0);
    assert!(by_hand(&["save", "-o", &saved, "hypernix-test/saved:1"]).0);
    assert!(by_hand(&["rmi", "hypernix-test/saved:1"]).0);
    for reference in ["hypernix-test/saved:1", "hypernix-test/other-name:2"] {
        let address = Address::new(Kind::ContainerImage, reference);
        let spec = image(reference, ContainerImageSource::Archive(archive.clone()));
        stage.create(&address, Spec::ContainerImage(spec)).await.unwrap();
        assert!(stage.observe(&address).await.is_some(), "{reference}");
    }
    for reference in ["hypernix-test/saved:1", "hypernix-test/other-name:2"] {
        assert!(by_hand(&["rmi", reference]).0);
    }
}

#[tokio::test]
async fn an_image_that_is_not_there_is_found_missing_before_anything_changes() {
    let stage = Stage::new("missing").await;
    let address = Address::new(Kind::ContainerImage, "hypernix-test/nowhere:1");
    let spec = Spec::ContainerImage(image(&address.name, ContainerImageSource::Pull(PullPolicy::Never)));
    let findings = stage.docker.validate(&[(address.clone(), spec.clone())].into()).await;
    assert!(
        findings[0].text.starts_with("the engine has no image `hypernix-test/nowhere:1`, and it is not to be pulled")
    );
    let error = stage.create(&address, spec).await.unwrap_err();
    assert_eq!(chain(&error), format!("cannot create {address}: the engine has no image `hypernix-test/nowhere:1`"));
    let web = stage.address(Kind::Container, "web");
    let container = ContainerSpec { image: "hypernix-test/nowhere:1".to_owned(), ..sleeper() };
    let error = stage.create(&web, Spec::Container(container)).await.unwrap_err();
    assert!(chain(&error).ends_with("the engine has no image `hypernix-test/nowhere:1`: pull or load it first"));
}

#[tokio::test]
async fn an_image_is_pulled_from_its_registry_and_told_how_far_it_is() {
    let mut stage = Stage::new("pull").await;
    let told = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&told);
    stage.docker = Docker::new(None).with_progress(Arc::new(move |_, done, total| {
        heard.lock().unwrap().push((done, total));
    }));
    // New contents each time, or the engine has the layer already.
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("marker"), uuid::Uuid::new_v4().as_bytes().repeat(1 << 16)).unwrap();
    let tar = std::process::Command::new("tar").arg("-cC").arg(folder.path()).arg(".").output().unwrap().stdout;
    let length = Bytes::new(tar.len() as u64);
    let reference = serve("hypernix-test/pulled", tar);
    let address = Address::new(Kind::ContainerImage, &reference);
    let wanted = image(&reference, ContainerImageSource::Pull(PullPolicy::Missing));
    stage.create(&address, Spec::ContainerImage(wanted)).await.unwrap();
    assert!(stage.observe(&address).await.is_some());
    // The engine passes on its latest word only, so the last one of the download may be lost.
    let told = told.lock().unwrap().clone();
    assert!(told.iter().all(|(done, total)| *done <= length && *total == Some(length)), "{told:?} of {length}");
    assert!(told.is_sorted(), "{told:?}");
    let gone = image(&reference.replace(":1", ":2"), ContainerImageSource::Pull(PullPolicy::Always));
    let error = stage.create(&address, Spec::ContainerImage(gone)).await.unwrap_err();
    assert!(chain(&error).contains("not found") || chain(&error).contains("unknown"), "{}", chain(&error));
    assert!(by_hand(&["rmi", &reference]).0);
}

#[tokio::test]
async fn an_image_whose_name_has_moved_on_goes_with_its_last_container() {
    let mut stage = Stage::new("abandoned").await;
    let folder = tempfile::tempdir().unwrap();
    let archive = folder.path().join("root.tar");
    std::fs::copy(ROOTFS, &archive).unwrap();
    let address = Address::new(Kind::ContainerImage, "hypernix-test/abandoned:1");
    let wanted = || Spec::ContainerImage(image(&address.name, ContainerImageSource::Rootfs(archive.clone())));
    stage.create(&address, wanted()).await.unwrap();
    let web = stage.address(Kind::Container, "web");
    let spec = ContainerSpec { image: address.name.clone(), ..sleeper() };
    stage.run(&web, &spec).await;
    let old = stage.read_container(&web).await.image_id.unwrap();
    std::fs::write(folder.path().join("news"), "the second edition").unwrap();
    let archived = archive.to_str().unwrap();
    let add = ["-rf", archived, "-C", folder.path().to_str().unwrap(), "news"];
    assert!(std::process::Command::new("tar").args(add).status().unwrap().success());
    stage.create(&address, wanted()).await.unwrap();
    assert!(by_hand(&["image", "inspect", &old]).0, "a container runs on it still");
    stage.act(&web, stage.replacement(&spec)).await.unwrap();
    assert!(!by_hand(&["image", "inspect", &old]).0);
    assert!(by_hand(&["rm", "-f", &web.name]).0 && by_hand(&["rmi", &address.name]).0);
}

#[tokio::test]
async fn a_container_of_an_image_that_moved_on_is_seen_to_lag_behind() {
    let mut stage = Stage::new("moved").await;
    let reference = "hypernix-test/moving:1";
    let import = |label: &str| by_hand(&["import", "--change", &format!("LABEL version={label}"), ROOTFS, reference]);
    assert!(import("1").0);
    let web = stage.address(Kind::Container, "web");
    let spec = ContainerSpec { image: reference.to_owned(), ..sleeper() };
    stage.run(&web, &spec).await;
    assert_eq!(stage.observe(&web).await.unwrap().seen, Seen::Unchanged);
    assert!(stage.read_container(&web).await.labels.is_empty(), "the image's label is not the container's");
    assert!(import("2").0);
    assert!(matches!(stage.observe(&web).await.unwrap().seen, Seen::Parsed { .. }));
    let old = stage.read_container(&web).await.image_id;
    stage.act(&web, stage.replacement(&spec)).await.unwrap();
    assert_ne!(stage.read_container(&web).await.image_id, old);
    assert!(by_hand(&["rm", "-f", &web.name]).0 && by_hand(&["rmi", reference]).0);
}
