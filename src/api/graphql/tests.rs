//! The schema as a whole: docs/schema.graphql is made from it, and what the reference says of the slice that is
//! there holds to the letter.

use std::{collections::BTreeSet, sync::Arc};

use expect_test::expect_file;

use crate::{ControlPlane, schema, testing::Fake};

fn sdl() -> String {
    schema(Arc::<Fake>::clone(&Fake::new(&[])) as Arc<dyn ControlPlane>).sdl()
}

#[tokio::test]
async fn the_schema_in_the_documentation_is_the_one_that_is_served() {
    expect_file!["../../../docs/schema.graphql"].assert_eq(&sdl());
}

#[tokio::test]
async fn what_the_reference_says_is_there() {
    let there = members(&sdl());
    let reference = include_str!("tests/reference.txt");
    let missing: Vec<_> = reference.lines().filter(|line| !there.contains(*line)).collect();
    assert!(reference.lines().count() > 150, "the reference lost its lines");
    assert!(missing.is_empty(), "{missing:#?}");
}

/// Every `Type.field(arguments): Type` and `Enum.VALUE` of a schema.
fn members(sdl: &str) -> BTreeSet<String> {
    let (mut members, mut owner, mut in_text) = (BTreeSet::new(), String::new(), false);
    let mut arguments: Option<(String, Vec<String>)> = None;
    for line in sdl.lines().map(str::trim) {
        if line.starts_with("\"\"\"") {
            // A description of one line opens and closes at once.
            let is_whole = line.len() > 3 && line.ends_with("\"\"\"");
            in_text = !(in_text || is_whole);
            continue;
        }
        if in_text || line.is_empty() {
            continue;
        }
        let words: Vec<_> = line.split(' ').collect();
        match (words.as_slice(), &mut arguments) {
            (["type" | "input" | "enum", name, ..], None) => owner = (*name).to_owned(),
            (["}" | "schema" | "scalar" | "directive", ..], None) => {}
            (_, Some((field, given))) => match line.strip_prefix(')') {
                Some(of) => {
                    members.insert(format!("{owner}.{field}({}){of}", given.join(", ")));
                    arguments = None;
                }
                None => given.push(line.trim_end_matches(',').to_owned()),
            },
            (_, None) => match line.split_once('(') {
                // The first argument stands on the field's own line when a later one has a description.
                Some((field, first)) if !first.contains(')') => {
                    let given = [first.trim_matches([',', '\t'])].into_iter().filter(|argument| !argument.is_empty());
                    arguments = Some((field.to_owned(), given.map(str::to_owned).collect()));
                }
                _ => drop(members.insert(format!("{owner}.{line}"))),
            },
        }
    }
    members
}
