//! docs/manifest.schema.json describes the manifests that are made.

use serde_json::{Map, Value};

use crate::{eval, hosts::nix_files, root};

#[test]
fn every_manifest_is_as_the_schema_says() {
    let text = std::fs::read_to_string(root().join("docs/manifest.schema.json")).expect("the schema is there");
    let schema: Value = serde_json::from_str(&text).expect("the schema is JSON");
    for file in nix_files("docs/examples") {
        let expression = format!("import {}/nix/host.nix {{ file = {}; }}", root().display(), file.display());
        let manifest = eval(&expression).expect("the example evaluates");
        let mut faults = Vec::new();
        validate("manifest", &manifest, &schema, &schema, &mut faults);
        assert!(faults.is_empty(), "{}: {faults:#?}", file.display());
    }
}

#[test]
fn the_schema_refuses_what_the_program_would() {
    let text = std::fs::read_to_string(root().join("docs/manifest.schema.json")).expect("the schema is there");
    let schema: Value = serde_json::from_str(&text).expect("the schema is JSON");
    let mut faults = Vec::new();
    let wrong = serde_json::json!({ "schemaVersion": 2, "hypervisor": { "enable": "yes", "computer": {} } });
    validate("manifest", &wrong, &schema, &schema, &mut faults);
    faults.sort();
    let expected = [
        "manifest.hypervisor.compute is missing",
        "manifest.hypervisor.computer is unknown",
        "manifest.hypervisor.enable is no boolean",
        "manifest.schemaVersion is not 1",
    ];
    assert_eq!(faults, expected);
}

/// The few words of JSON Schema that ours uses.
fn validate(at: &str, value: &Value, schema: &Value, whole: &Value, faults: &mut Vec<String>) {
    let referred = schema["$ref"].as_str().and_then(|path| whole.pointer(path.trim_start_matches('#')));
    let schema = referred.unwrap_or(schema);
    if let Some(constant) = schema.get("const").filter(|constant| *constant != value) {
        faults.push(format!("{at} is not {constant}"));
    }
    if let Some(types) = schema.get("type").filter(|types| !has_type(value, types)) {
        faults.push(format!("{at} is no {}", types.as_str().unwrap_or("value of these types")));
    }
    if let Value::Array(items) = value {
        items.iter().for_each(|item| validate(&format!("{at}[]"), item, &schema["items"], whole, faults));
    }
    let Value::Object(fields) = value else { return };
    let nothing = Map::new();
    let properties = schema["properties"].as_object().unwrap_or(&nothing);
    for required in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        if !fields.contains_key(required) {
            faults.push(format!("{at}.{required} is missing"));
        }
    }
    for (name, field) in fields {
        let here = format!("{at}.{name}");
        match (properties.get(name), &schema["additionalProperties"]) {
            (Some(schema), _) | (None, schema @ Value::Object(_)) => validate(&here, field, schema, whole, faults),
            (None, Value::Bool(false)) => faults.push(format!("{here} is unknown")),
            (None, _) => {}
        }
    }
}

fn has_type(value: &Value, types: &Value) -> bool {
    let is = |word: &str| match word {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "null" => value.is_null(),
        other => panic!("the schema has the type `{other}`, which this test does not know"),
    };
    match types {
        Value::String(word) => is(word),
        Value::Array(words) => words.iter().filter_map(Value::as_str).any(is),
        _ => false,
    }
}
