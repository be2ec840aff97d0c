//! Derivations: paths and files equal to Nix's, `tests/store/derivations.txt`.
//!
//! The expectations are the oracle's and are kept in the file; where the oracle is there (`tests/setup oracle`), they
//! are checked against it again.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use nix_eval::{Settings, StoreDirectory};

use super::oracle::Oracle;
use super::{folder, json, quiet, site};

/// What a case says, and what is expected of it.
struct Case {
    source: String,
    expected: String,
}

fn corpus() -> (String, Vec<Case>) {
    let text = std::fs::read_to_string(folder().join("derivations.txt")).expect("the corpus is there");
    let (head, cases) = text.split_once("\n\n").expect("the corpus has a head");
    let case = |block: &str| {
        let is_outcome = |line: &&str| line.starts_with("-> ") || line.starts_with("!! ");
        let (expected, source): (Vec<_>, Vec<_>) = block.lines().partition(is_outcome);
        Case { source: source.join("\n"), expected: expected.join("\n") }
    };
    (head.to_owned(), cases.split("\n\n").map(str::trim).filter(|block| !block.is_empty()).map(case).collect())
}

/// The expression that gives the paths of a case.
fn wrapped(source: &str) -> String {
    format!(
        "let drv = args: derivation ({{ name = \"x\"; system = \"x86_64-linux\"; builder = \"/bin/sh\"; }} // args);
             found = (\n{source}\n);
             strict = builtins.derivationStrict found.drvAttrs;
         in assert found.drvPath == strict.drvPath; strict"
    )
}

fn outcome_of(paths: &serde_json::Value) -> String {
    let paths = paths.as_object().expect("the paths are a set");
    let drv = paths.iter().filter(|(name, _)| *name == "drvPath").map(|(_, path)| ("drv", path));
    let outputs = paths.iter().filter(|(name, _)| *name != "drvPath").map(|(name, path)| (name.as_str(), path));
    let lines: Vec<_> = drv.chain(outputs.collect::<BTreeMap<_, _>>()).collect();
    let line = |(name, path): (&str, &serde_json::Value)| format!("-> {name} {}", path.as_str().expect("a string"));
    lines.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

fn ours(source: &str, settings: Settings) -> String {
    outcome(json(&wrapped(source), site(), settings))
}

fn outcome(said: Result<String, String>) -> String {
    match said {
        Ok(paths) => outcome_of(&serde_json::from_str(&paths).expect("it is JSON")),
        Err(error) => format!("!! {}", portable(error.lines().next().unwrap_or_default())),
    }
}

/// A message without the place of the files.
fn portable(message: &str) -> String {
    message.replace(&*site().to_string_lossy(), "FOLDER")
}

#[test]
fn every_derivation_has_the_paths_that_nix_gives_it() {
    let (head, mut cases) = corpus();
    if std::env::var_os("HYPERNIX_BLESS").is_some() {
        let oracle = Oracle::at_root().expect("only the oracle knows what to expect");
        let mut text = head;
        for case in &mut cases {
            case.expected = outcome(oracle.evaluate(&wrapped(&case.source), site()));
            write!(text, "\n\n{}\n{}", case.source, case.expected).expect("a String takes everything");
        }
        std::fs::write(folder().join("derivations.txt"), text + "\n").expect("the corpus can be written");
    }
    let mut wrong = String::new();
    for Case { source, expected } in &cases {
        let actual = ours(source, quiet());
        if actual != *expected {
            writeln!(wrong, "{source}\nexpected\n{expected}\ngot\n{actual}\n").expect("a String takes everything");
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    let derivations = cases.iter().filter(|case| case.expected.starts_with("-> ")).count();
    assert!(derivations >= 80, "only {derivations} derivations are left");
}

#[test]
fn the_expectations_are_the_oracles() {
    let Some(oracle) = Oracle::at_root() else { return };
    let cases = corpus().1;
    let (good, bad): (Vec<_>, Vec<_>) = cases.into_iter().partition(|case| case.expected.starts_with("-> "));
    let all = good.iter().map(|case| format!("({})", wrapped(&case.source))).collect::<Vec<_>>().join("\n");
    let paths = oracle.evaluate(&format!("[ {all} ]"), site()).expect("all of these are good");
    let paths: Vec<serde_json::Value> = serde_json::from_str(&paths).expect("the paths come as a list");
    for (case, paths) in good.iter().zip(&paths) {
        assert_eq!(outcome_of(paths), case.expected, "{}", case.source);
    }
    let written = tempfile::tempdir().expect("there is room for a store");
    let store = Arc::new(StoreDirectory::new(written.path()));
    for case in &good {
        ours(&case.source, Settings { store: Some(store.clone()), ..quiet() });
    }
    assert!(compare_files(&oracle.store(), &written.path().join("nix/store")) > 100);
    for case in &bad {
        assert_eq!(outcome(oracle.evaluate(&wrapped(&case.source), site())), case.expected, "{}", case.source);
    }
}

/// Compares the files and folders of two stores; gives how many derivations there are.
fn compare_files(theirs: &Path, ours: &Path) -> usize {
    let names = |folder: &Path| {
        let entries = std::fs::read_dir(folder).expect("the store is a folder");
        let mut names: Vec<_> = entries.map(|entry| entry.expect("the store can be listed").file_name()).collect();
        names.retain(|name| name != ".links");
        names.sort();
        names
    };
    assert_eq!(names(ours), names(theirs));
    let mut derivations = 0;
    for name in names(theirs) {
        let output = Command::new("diff")
            .arg("-r")
            .arg("--no-dereference")
            .arg(theirs.join(&name))
            .arg(ours.join(&name))
            .output();
        let output = output.expect("diff runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
        derivations += usize::from(name.to_string_lossy().ends_with(".drv"));
    }
    derivations
}
