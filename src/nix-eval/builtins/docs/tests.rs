//! The table is complete.

use std::collections::BTreeMap;

use super::{builtin_doc, builtin_docs};
use crate::arena::Arena;
use crate::evaluator::Evaluator;
use crate::settings::Settings;
use crate::value::Value;

/// Every builtin with the number of its arguments.
fn builtins() -> BTreeMap<String, usize> {
    let arena = Arena::new();
    let mut evaluator = Evaluator::new(&arena, Settings::default());
    let set = evaluator.eval_str("builtins", std::path::Path::new("/")).expect("it is there").0;
    let Value::Attrs(set) = set else { return BTreeMap::new() };
    let arity = |value| match value {
        Value::Builtin(builtin) => builtin.arity,
        Value::Lambda(..) => 1,
        _ => 0,
    };
    let entries = set.entries(&arena).iter();
    entries.map(|attr| (evaluator.symbols.text(attr.name).into_owned(), arity(attr.value.get()))).collect()
}

#[test]
fn every_builtin_is_documented_with_its_arguments_and_nothing_else_is() {
    let documented: BTreeMap<String, usize> =
        builtin_docs().map(|doc| (doc.name.to_owned(), doc.arguments.len())).collect();
    let hint = "describe a new builtin in builtins/docs/table.rs";
    assert_eq!(documented, builtins(), "{hint}");
}

#[test]
fn texts_are_sentences_and_in_alphabetical_order() {
    let docs: Vec<_> = builtin_docs().collect();
    assert!(docs.is_sorted_by_key(|doc| doc.name), "in alphabetical order a name is found");
    for doc in docs {
        assert!(doc.text.ends_with('.') && doc.text.len() > 20, "{} needs a sentence: {}", doc.name, doc.text);
    }
}

#[test]
fn a_builtin_is_found_by_each_of_its_names() {
    for name in ["map", "builtins.map", "__map"] {
        assert_eq!(builtin_doc(name).map(|doc| doc.name), Some("map"), "{name}");
    }
    assert!(builtin_doc("nothing").is_none());
}
