//! The language and the builtins, case by case: `tests/corpus/*.txt`.
//!
//! A case is Nix, then a line with `=>` and what `nix-instantiate --eval --strict` prints, or with `!!` and the first
//! line of the error. Where Nix says something else, a line with `~~` tells why we do not follow it.

mod oracle;

use std::fmt::Write;

use nix_eval::{PipeOperators, Settings};
use oracle::{Oracle, agree, ours};

/// One case.
struct Case {
    source: String,
    outcome: String,
    /// Why Nix differs.
    deviation: Option<String>,
}

/// A file of cases, and whether pipe operators are switched on in it.
struct File {
    name: &'static str,
    text: &'static str,
    pipes: PipeOperators,
}

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        [$(File {
            name: $name,
            text: include_str!(concat!("corpus/", $name, ".txt")),
            pipes: PipeOperators::Refused,
        }),*]
    };
}

const FILES: [File; 18] = files![
    "arithmetic",
    "arguments",
    "builtins",
    "context",
    "formats",
    "functions",
    "grammar",
    "language",
    "lists",
    "operators",
    "order",
    "programs",
    "regexes",
    "scoping",
    "sets",
    "strings",
    "syntax",
    "types",
];

const PIPES: File = File { name: "pipes", text: include_str!("corpus/pipes.txt"), pipes: PipeOperators::Accepted };

fn files() -> impl Iterator<Item = &'static File> {
    FILES.iter().chain(std::iter::once(&PIPES))
}

impl File {
    fn cases(&self) -> Vec<Case> {
        let (mut cases, mut source): (Vec<Case>, _) = (Vec::new(), Vec::new());
        for line in self.text.lines() {
            if line.starts_with("=> ") || line.starts_with("!! ") {
                cases.push(Case { source: source.join("\n"), outcome: line.to_owned(), deviation: None });
                source.clear();
            } else if let Some(reason) = line.strip_prefix("~~ ") {
                cases.last_mut().expect("a deviation follows an outcome").deviation = Some(reason.to_owned());
            } else if !(source.is_empty() && line.is_empty()) {
                source.push(line);
            }
        }
        assert!(source.is_empty(), "{}: the last case has no outcome: {source:?}", self.name);
        cases
    }

    fn settings(&self) -> Settings {
        Settings { pipe_operators: self.pipes, ..Settings::default() }
    }

    fn flags(&self) -> &'static [&'static str] {
        match self.pipes {
            PipeOperators::Refused => &[],
            PipeOperators::Accepted => &["--extra-experimental-features", "pipe-operators"],
        }
    }
}

#[test]
fn every_case_has_its_outcome() {
    let mut wrong = String::new();
    for file in files() {
        for case in file.cases() {
            let actual = ours(&case.source, file.settings());
            if actual != case.outcome {
                writeln!(wrong, "{}: {}\n  expected {}\n  got      {actual}\n", file.name, case.source, case.outcome)
                    .expect("a String takes everything");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn nix_says_the_same_but_for_reasoned_deviations() {
    let Some(oracle) = Oracle::find() else { return };
    let mut wrong = String::new();
    for file in files() {
        let cases = file.cases();
        let sources: Vec<String> = cases.iter().map(|case| case.source.clone()).collect();
        for (case, nix) in cases.iter().zip(oracle.outcomes(&sources, file.flags())) {
            if agree(&case.outcome, &nix) == case.deviation.is_some() {
                let expected = if case.deviation.is_some() { "something else" } else { &case.outcome };
                writeln!(wrong, "{}: {}\n  expected {expected}\n  Nix says {nix}\n", file.name, case.source)
                    .expect("a String takes everything");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// What makes store paths or fetches has tests of its own, and `derivation` is made of those.
const ELSEWHERE: [&str; 15] = [
    "derivation",
    "derivationStrict",
    "fetchGit",
    "fetchMercurial",
    "fetchTarball",
    "fetchTree",
    "fetchurl",
    "filterSource",
    "flakeRefToString",
    "getFlake",
    "outputOf",
    "parseFlakeRef",
    "path",
    "storePath",
    "toFile",
];

#[test]
fn the_corpus_covers_every_builtin() {
    let text: String = files().map(|file| file.text).collect();
    let names = ours("builtins.attrNames builtins", Settings::default());
    let names = names.split('"').skip(1).step_by(2);
    let missing: Vec<&str> = names.filter(|name| !text.contains(name) && !ELSEWHERE.contains(name)).collect();
    assert!(missing.is_empty(), "no case mentions {missing:?}");
}
