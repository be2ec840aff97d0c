use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use expect_test::expect;
use model::spec::FileSpec;

use super::{is_there, read, write};

fn spec(folder: &Path, owner: &str) -> FileSpec {
    FileSpec {
        path: folder.join("files/web.conf"),
        content: "listen 80\n".to_owned(),
        mode: "0640".to_owned(),
        owner: owner.to_owned(),
        group: owner.to_owned(),
    }
}

/// The user that runs the tests: nobody else's files can be made.
fn me(folder: &Path) -> String {
    std::os::unix::fs::MetadataExt::uid(&fs::metadata(folder).unwrap()).to_string()
}

#[test]
fn a_file_is_made_with_its_mode_and_kept_while_it_is_as_specified() {
    let folder = tempfile::tempdir().unwrap();
    let spec = spec(folder.path(), &me(folder.path()));
    let first = write(&spec).unwrap();
    assert_eq!(fs::read_to_string(&spec.path).unwrap(), spec.content);
    assert_eq!(fs::metadata(&spec.path).unwrap().permissions().mode() & 0o7777, 0o640);
    assert!(is_there(&spec));
    assert_eq!(write(&spec).unwrap(), first);
}

#[test]
fn what_somebody_changed_is_read_back_and_mended() {
    let folder = tempfile::tempdir().unwrap();
    let spec = spec(folder.path(), &me(folder.path()));
    write(&spec).unwrap();
    fs::write(&spec.path, "listen 81\n").unwrap();
    fs::set_permissions(&spec.path, fs::Permissions::from_mode(0o600)).unwrap();
    let there = read(&spec).unwrap();
    assert_eq!((there.content.as_str(), there.mode.as_str(), &there.owner), ("listen 81\n", "0600", &spec.owner));
    write(&spec).unwrap();
    assert!(is_there(&spec));
}

#[test]
fn an_owner_that_the_host_does_not_know_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let error = write(&spec(folder.path(), "nobody-of-this-name")).unwrap_err();
    expect!["this host has no user `nobody-of-this-name` to own DIR/files/web.conf"]
        .assert_eq(&error.to_string().replace(&folder.path().display().to_string(), "DIR"));
    let bad_mode = FileSpec { mode: "rwx".to_owned(), ..spec(folder.path(), "0") };
    expect!["`rwx` is not a mode: expected octal digits such as 0644"]
        .assert_eq(&write(&bad_mode).unwrap_err().to_string());
}
