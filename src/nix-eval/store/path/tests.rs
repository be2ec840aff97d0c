//! Names of store objects, good and bad.

use std::collections::BTreeSet;

use expect_test::{Expect, expect};

use super::{StoreDir, StorePath, check_name};

#[track_caller]
fn refused(name: &str, expected: Expect) {
    expected.assert_eq(&check_name(name.as_bytes()).expect_err("the name is bad").to_string());
}

#[test]
fn bad_names_are_refused_as_nix_does() {
    refused("", expect!["name must not be empty"]);
    refused(".", expect!["name '.' is not valid"]);
    refused("..-a", expect!["name '..-a' is not valid: first dash-separated component must not be '..'"]);
    refused("a b", expect!["name 'a b' contains illegal character ' '"]);
    assert!(check_name("a".repeat(212).as_bytes()).is_err());
    assert_eq!(check_name(b".x+-._?=A9"), Ok(".x+-._?=A9"));
}

#[test]
fn paths_of_the_store_are_told_from_others() {
    let dir = StoreDir::new("/nix/store/");
    let base = "ffffffffffffffffffffffffffffffff-x";
    let path = StorePath::parse(base.as_bytes()).expect("it is well formed");
    assert_eq!(dir.parse(format!("/nix/store/{base}").as_bytes()), Ok(path.clone()));
    assert_eq!(dir.split(format!("/nix/store/{base}/a/b").as_bytes()), Ok((path, &b"/a/b"[..])));
    assert!(dir.parse(format!("/nix/store/{base}/a").as_bytes()).is_err());
    assert!(dir.parse(b"/nix/storeX/a").is_err());
    assert!(StorePath::parse(b"eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee-x").is_err());
}

#[test]
fn a_text_has_the_path_that_nix_gives_it() {
    let path = StoreDir::new("/nix/store").text("a", b"hello", &BTreeSet::new()).expect("the name is good");
    expect!["vmg5na96ajnh1v932j9jdzfc3022vbh9-a"].assert_eq(path.base());
}
