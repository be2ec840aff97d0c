//! The form of a saved plan, as docs/plan-schema.md tells it.

use serde_json::{Value, json};

use crate::Plan;

const DOCUMENT: &str = include_str!("../../../docs/plan-schema.md");

/// The document's example.
fn example() -> &'static str {
    let (_, rest) = DOCUMENT.split_once("```json\n").expect("the document has an example");
    rest.split_once("\n```").expect("the example ends").0
}

#[test]
fn the_documented_example_is_a_plan_and_is_printed_as_it_stands() {
    let plan: Plan = serde_json::from_str(example()).expect("the example parses");
    assert_eq!(plan.schema_version, crate::SCHEMA_VERSION);
    let back = serde_json::to_value(&plan).expect("serialises");
    let written: Value = serde_json::from_str(example()).expect("parses");
    assert_eq!(back, written, "the example leaves nothing out and has nothing too much");
}

#[test]
fn every_member_and_word_of_a_plan_is_documented() {
    let plan: Value = serde_json::from_str(example()).expect("parses");
    let mut names = Vec::new();
    members(&plan, &mut names);
    for name in names {
        assert!(DOCUMENT.contains(&format!("`{name}`")), "`{name}` is not documented");
    }
    for word in words() {
        assert!(DOCUMENT.contains(&format!("`{word}`")), "`{word}` is not documented");
    }
}

/// The members of the plan's own objects, specifications left out.
fn members(value: &Value, names: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (name, inner) in map {
                if name.contains('/') {
                    continue;
                }
                names.push(name.clone());
                if !matches!(name.as_str(), "spec" | "old" | "new" | "shutdown" | "mark" | "verbs") {
                    members(inner, names);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| members(item, names)),
        _ => {}
    }
}

/// Every word that an enumeration of the form can hold.
fn words() -> Vec<String> {
    use crate::{Cause, Data, Effect, Fate, HookPhase, Verb};
    let verbs = [
        Verb::Create,
        Verb::Adopt,
        Verb::Rename,
        Verb::Update,
        Verb::Refresh,
        Verb::Drift,
        Verb::Stage,
        Verb::Pending,
        Verb::Restart,
        Verb::Recreate,
        Verb::Start,
        Verb::Check,
        Verb::Stop,
        Verb::Orphan,
        Verb::Remove,
        Verb::Destroy,
        Verb::Release,
        Verb::Keep,
        Verb::Hold,
    ];
    let effects = [Effect::None, Effect::Live, Effect::NextBoot, Effect::Restart, Effect::Recreate, Effect::Destroy];
    let causes = [Cause::Changed, Cause::Drift, Cause::Conflict, Cause::Removed, Cause::Waiting];
    let phases = [HookPhase::PreStart, HookPhase::PostStart, HookPhase::PreStop, HookPhase::PostStop];
    let lists = [
        json!(verbs),
        json!(effects),
        json!(causes),
        json!([Fate::Changed, Fate::Left]),
        json!([Data::Keep, Data::Destroy]),
        json!(phases),
    ];
    let words = lists.iter().flat_map(|list| list.as_array().into_iter().flatten());
    words.map(|word| word.as_str().expect("a word").to_owned()).collect()
}
