//! Our options beside those of the reference (tests/reference).

use std::{collections::BTreeMap, fs};

use crate::{eval, root};

#[test]
fn every_option_of_the_reference_is_there_with_its_type_and_default() {
    let marks = eval(&compared("marks")).expect("the options can be compared");
    let marks = marks.as_array().expect("the rows are a list");
    assert_eq!(marks.len(), 588, "the reference lost options");
    let mut counted = BTreeMap::new();
    for row in marks {
        *counted.entry(row["mark"].as_str().expect("a mark is a word")).or_insert(0) += 1;
    }
    let different: Vec<_> = marks.iter().filter(|row| row["mark"] == "different").map(|row| &row["name"]).collect();
    assert!(different.is_empty(), "nothing allows these to differ, or to be missing: {different:?}");
    let allowed = ["same", "group", "decision 3", "decision 4", "decision 5", "wider", "rounded"];
    assert!(counted.keys().all(|mark| allowed.contains(mark)), "{counted:?}");
    assert!(counted["same"] >= 490, "{counted:?}");
}

#[test]
fn the_page_that_compares_them_is_the_one_that_is_made() {
    let page = eval(&compared("page")).expect("the page is made");
    let file = root().join("docs/options-compared.md");
    let text = page.as_str().expect("the page is a string");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(&file, text).expect("docs/ is writable");
    }
    let committed = fs::read_to_string(&file).expect("docs/options-compared.md is there");
    assert!(
        committed == text,
        "docs/options-compared.md is not what is made: run `UPDATE_EXPECT=1 cargo test --test nix`"
    );
}

fn compared(attribute: &str) -> String {
    format!("(import {}/tests/reference/compared.nix {{ }}).{attribute}", root().display())
}
