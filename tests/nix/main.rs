//! The options and the module system, evaluated by our own evaluator: the generated pages of options, the cases of
//! `nix/tests`, and the NixOS module over a stub of NixOS.

mod compared;
mod examples;
mod hosts;
mod schema;

use std::path::{Path, PathBuf};

use nix_eval::{EvalError, Settings, evaluate};
use serde_json::Value;

#[test]
fn the_page_of_options_is_the_one_the_modules_give() {
    let page = eval(&format!("import {}/nix/options-page.nix {{ }}", root().display())).expect("the page evaluates");
    let file = root().join("docs/options.md");
    let text = page.as_str().expect("the page is a string");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&file, text).expect("docs/ is writable");
    }
    let committed = std::fs::read_to_string(&file).expect("docs/options.md is there");
    assert!(
        committed == text,
        "docs/options.md is not what the modules say: run `UPDATE_EXPECT=1 cargo test --test nix`"
    );
}

#[test]
fn every_option_has_a_description_and_an_example() {
    let options =
        eval(&format!("import {}/nix/options-doc.nix {{ }}", root().display())).expect("the options evaluate");
    let options = options.as_array().expect("the options are a list");
    assert!(options.len() > 500, "only {} options", options.len());
    let bare: Vec<_> = options
        .iter()
        .filter(|option| option["description"].is_null() || option["example"].is_null())
        .map(|option| option["name"].as_str().unwrap_or("?"))
        .collect();
    assert!(bare.is_empty(), "without a description or an example: {bare:?}");
}

#[test]
fn every_case_gives_its_manifest_or_its_error() {
    let mut failures = Vec::new();
    let mut names = names_of_cases();
    names.sort();
    assert!(names.len() >= 20, "the cases are gone");
    for name in names {
        failures.extend(failure(&name).map(|what| format!("{name}: {what}")));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

fn failure(name: &str) -> Option<String> {
    let cases = root().join("nix/tests/cases");
    let expected = |extension: &str| {
        let text = std::fs::read_to_string(cases.join(format!("{name}.{extension}"))).ok()?;
        Some(text.replace("@cases@", &cases.to_string_lossy()))
    };
    let manifest = eval(&format!("(import {}/nix/tests {{ }}).manifests.{name}", root().display()));
    match (manifest, expected("json"), expected("error")) {
        (Ok(manifest), Some(wanted), None) => {
            let wanted: Value = serde_json::from_str(&wanted).expect("an expectation is JSON");
            difference("", &wanted, &manifest)
        }
        (Err(error), None, Some(wanted)) => {
            let said = error.to_string();
            let begins = said.starts_with(wanted.trim_end());
            (!begins).then(|| format!("the error is\n{said}\nand should begin\n{wanted}"))
        }
        (Ok(_), None, Some(wanted)) => Some(format!("it evaluates, and should give the error\n{wanted}")),
        (Err(error), Some(_), None) => Some(format!("it gives the error\n{error}")),
        (_, json, error) => Some(format!("it has {} expectations", json.iter().count() + error.iter().count())),
    }
}

/// Where `found` lacks something of `wanted`: sets key by key, everything else whole.
fn difference(path: &str, wanted: &Value, found: &Value) -> Option<String> {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => wanted.iter().find_map(|(key, wanted)| match found.get(key) {
            Some(found) => difference(&format!("{path}.{key}"), wanted, found),
            None => Some(format!("{path}.{key} is missing")),
        }),
        _ => (wanted != found).then(|| format!("{path} is {found}, and should be {wanted}")),
    }
}

fn names_of_cases() -> Vec<String> {
    let listed = std::fs::read_dir(root().join("nix/tests/cases")).expect("the cases are there");
    let paths = listed.flatten().map(|entry| entry.path());
    let nix = paths.filter(|path| path.extension().is_some_and(|extension| extension == "nix"));
    nix.filter_map(|path| Some(path.file_stem()?.to_string_lossy().into_owned())).collect()
}

pub(crate) fn eval(expression: &str) -> Result<Value, EvalError> {
    evaluate(Settings::default(), |evaluator| {
        let value = evaluator.eval_str(expression, Path::new("/"))?;
        evaluator.to_json(value)
    })
}

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().expect("the repository is there")
}
