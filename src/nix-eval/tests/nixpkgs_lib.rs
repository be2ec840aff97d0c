//! The lib of nixpkgs, ours against Nix. `tests/nixpkgs-lib PATH` runs it over the lib at `PATH`.

mod oracle;

use std::fmt::Write;
use std::path::{Path, PathBuf};

use nix_eval::Settings;
use oracle::{Oracle, agree, ours};

/// Our own expressions: functions of `{ lib }` to something that is JSON.
const EXPRESSIONS: [&str; 5] = ["submodules", "types", "generators", "filesets", "systems"];

/// Test files of lib that need nothing else, as functions of lib's path. Their value is what lib says it is.
const OWN_TESTS: [(&str, &str); 5] = [
    ("tests/misc.nix", "import LIB/tests/misc.nix"),
    ("tests/systems.nix", "import LIB/tests/systems.nix"),
    ("tests/fetchers.nix", "import LIB/tests/fetchers.nix"),
    ("path/tests/unit.nix", "import LIB/path/tests/unit.nix { libpath = LIB; }"),
    ("path/tests/prop.nix", "import LIB/path/tests/prop.nix { libpath = LIB; dir = STRINGS; }"),
];

/// Strings that may or may not be paths below a folder, for the properties that lib claims of all.
const STRINGS: [&str; 14] =
    ["a", "a/b", "./a//b/./c/", "..", "a/../b", "", ".", "/a", "a/..b", "./.", "a b/ä", "//", "a/.", "...//...."];

/// Needs a store that Nix may write to, which it has not here; lib's own script expects the value.
const NEEDS_A_STORE: &str = "import-from-store.nix";

/// Nix and lib, or nothing with a notice where one is missing.
fn subjects() -> Option<(Oracle, PathBuf)> {
    let Some(lib) = std::env::var_os("NIXPKGS_LIB") else {
        eprintln!("skipped: NIXPKGS_LIB does not name a lib of nixpkgs (tests/nixpkgs-lib PATH does)");
        return None;
    };
    let lib = std::fs::canonicalize(&lib).expect("NIXPKGS_LIB is a path that exists");
    Oracle::find().map(|oracle| (oracle, lib))
}

/// Compares all expressions at once and says how many there were.
#[track_caller]
fn compare(oracle: &Oracle, expressions: &[String]) {
    let mut wrong = String::new();
    let mut values = 0;
    for (expression, nix) in expressions.iter().zip(oracle.outcomes(expressions, &[])) {
        let own = ours(expression, Settings::default());
        values += usize::from(nix.starts_with("=> "));
        if !agree(&own, &nix) {
            let (own, nix) = difference(&own, &nix);
            writeln!(wrong, "{expression}\n  ours {own}\n  Nix  {nix}\n").expect("a String takes everything");
        }
    }
    println!("{} expressions, {values} with a value", expressions.len());
    assert!(wrong.is_empty(), "{wrong}");
}

/// Both texts from a little before their first difference.
fn difference(ours: &str, nix: &str) -> (String, String) {
    let same = ours.chars().zip(nix.chars()).take_while(|(a, b)| a == b).count().saturating_sub(40);
    let piece = |text: &str| text.chars().skip(same).take(300).collect();
    (piece(ours), piece(nix))
}

#[test]
fn modules_types_generators_filesets_and_systems_equal_nix() {
    let Some((oracle, lib)) = subjects() else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/nixpkgs_lib");
    let expressions: Vec<String> = EXPRESSIONS
        .iter()
        .map(|name| {
            format!("builtins.toJSON (import {}/{name}.nix {{ lib = import {}; }})", folder.display(), lib.display())
        })
        .collect();
    compare(&oracle, &expressions);
}

#[test]
fn the_tests_of_lib_evaluate() {
    let Some((oracle, lib)) = subjects() else { return };
    let strings = tempfile::tempdir().expect("a temporary folder can be made");
    for (number, text) in STRINGS.iter().enumerate() {
        std::fs::write(strings.path().join(number.to_string()), text).expect("the folder is fresh");
    }
    let present = OWN_TESTS.iter().filter(|(file, _)| lib.join(file).exists());
    let places = [("LIB", lib.to_string_lossy()), ("STRINGS", strings.path().to_string_lossy())];
    let placed =
        |expression: &str| places.iter().fold(expression.to_owned(), |text, (name, place)| text.replace(name, place));
    let expressions: Vec<String> = present.map(|(_, expression)| placed(expression)).collect();
    compare(&oracle, &expressions);
}

/// `lib/tests/modules.sh` checks options of evaluated modules; here the same options are compared.
#[test]
fn the_module_tests_of_lib_equal_nix() {
    let Some((oracle, lib)) = subjects() else { return };
    let script = std::fs::read_to_string(lib.join("tests/modules.sh")).expect("lib has its tests");
    let modules = lib.join("tests/modules");
    let mut set: Vec<String> = Vec::new();
    let mut expressions = Vec::new();
    for line in script.replace("\\\n", " ").lines() {
        let words = words(line);
        match words.first().map(String::as_str) {
            Some("set") => set = words[2..].to_vec(),
            Some("checkConfigOutput" | "checkConfigError") if words.len() > 2 => {
                let given = words[2..].iter();
                let words: Vec<String> =
                    given.flat_map(|word| if word == "$@" { set.clone() } else { vec![word.clone()] }).collect();
                expressions.extend(words.split_first().map(|(path, files)| selection(path, files, &modules)));
            }
            _ => {}
        }
    }
    assert!(expressions.len() > 100, "modules.sh is read as it is written");
    let (alone, expressions): (Vec<_>, Vec<_>) =
        expressions.into_iter().partition(|expression| expression.contains(NEEDS_A_STORE));
    for expression in alone {
        assert_eq!(ours(&expression, Settings::default()), "=> true", "{expression}");
    }
    compare(&oracle, &expressions);
}

/// The words of a line of shell, without their quotes.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

/// What an attribute path of a configuration made of some modules gives; numbers in it are places in lists.
fn selection(path: &str, files: &[String], folder: &Path) -> String {
    let folder = folder.display();
    let absolute = |word: &String| match word.strip_prefix("./") {
        Some(rest) => format!("{folder}/{rest}"),
        None => word.replace(" ./", &format!(" {folder}/")).replace("(./", &format!("({folder}/")),
    };
    let modules: Vec<String> = files.iter().map(absolute).collect();
    let whole = format!("import {folder}/default.nix {{ modules = [ {} ]; }}", modules.join(" "));
    path.split('.').fold(whole, |whole, step| {
        if step.parse::<usize>().is_ok() {
            format!("builtins.elemAt ({whole}) {step}")
        } else {
            format!("({whole}).{step}")
        }
    })
}
