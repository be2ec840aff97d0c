use std::{
    collections::BTreeSet,
    fs::{self, FileTimes},
    path::Path,
    time::{Duration, SystemTime},
};

use model::Contents;

use super::{MEMORY, look_into};

/// The hashes of `hello` and `howdy`.
const HELLO: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

fn look(folder: &Path) -> Contents {
    let file = folder.join("a.tar");
    look_into(&BTreeSet::from([file.clone()]), &folder.join(MEMORY)).remove(&file).unwrap()
}

fn hash(contents: &Contents) -> &str {
    match contents {
        Contents::Sha256(hash) => hash,
        other => panic!("{other:?}"),
    }
}

#[test]
fn changed_contents_at_an_unchanged_path_are_noticed_though_size_and_time_are_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.tar");
    let time = SystemTime::now() - Duration::from_secs(3600);
    let write = |text: &str| {
        fs::write(&file, text).unwrap();
        fs::File::options().write(true).open(&file).unwrap().set_times(FileTimes::new().set_modified(time)).unwrap();
    };
    write("hello");
    assert_eq!(hash(&look(folder.path())), HELLO);
    write("howdy");
    assert_ne!(hash(&look(folder.path())), HELLO);
    write("hello");
    assert_eq!(hash(&look(folder.path())), HELLO);
}

#[test]
fn what_is_remembered_counts_only_while_the_file_looks_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.tar");
    fs::write(&file, "hello").unwrap();
    let shape = super::shape(&file).unwrap();
    let memory = |shape: &str| {
        let text = serde_json::json!({ (file.display().to_string()): { "shape": shape, "sha256": "remembered" } });
        fs::write(folder.path().join(MEMORY), text.to_string()).unwrap();
    };
    memory(&shape);
    assert_eq!(hash(&look(folder.path())), "remembered");
    memory("another");
    assert_eq!(hash(&look(folder.path())), HELLO);
}

#[test]
fn what_cannot_be_read_is_told() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(look(folder.path()), Contents::Missing);
    fs::create_dir(folder.path().join("a.tar")).unwrap();
    assert_eq!(look(folder.path()), Contents::Unreadable("it is no file".to_owned()));
}
