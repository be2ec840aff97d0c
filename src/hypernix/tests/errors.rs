//! What a person sees of mistakes in Nix: `tests/errors/NAME.nix`, and beside it `NAME.txt` with the rendered error.
//!
//! Files of `errors/check` are configurations. `UPDATE_EXPECT=1` writes the texts anew: read every one as a user would.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use expect_test::expect_file;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/errors")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there").flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "nix")).collect();
    files.sort();
    files
}

/// What the program says of a file on standard error.
fn said(file: &Path, words: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_hypernix"))
        .args(words)
        .arg(file)
        .current_dir(folder())
        .env_remove("NIX_PATH")
        .output()
        .expect("the program runs");
    let text = String::from_utf8_lossy(&output.stderr).replace(&folder().display().to_string(), "/here");
    // Where lib throws differs from one nixpkgs to the next.
    let (lines, lib) = (text.lines(), std::env::var("NIXPKGS_LIB").unwrap_or_else(|_| "no nixpkgs".to_owned()));
    let text: String = lines.filter(|line| !line.contains(&lib)).map(|line| format!("{line}\n")).collect();
    assert_eq!(output.status.code(), Some(1), "{} has no mistake:\n{text}", file.display());
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    format!("{}\n", lines.join("\n"))
}

/// Compares every file of a folder with its text; gives their number.
fn check(folder: &Path, words: &[&str]) -> usize {
    let files = files(folder);
    for file in &files {
        expect_file![file.with_extension("txt")].assert_eq(&said(file, words));
    }
    files.len()
}

#[test]
fn mistakes_in_expressions_are_shown_with_their_cure() {
    assert!(check(&folder(), &["eval", "--strict"]) >= 60, "the corpus lost mistakes");
}

#[test]
fn mistakes_in_configurations_name_the_option_and_its_definitions() {
    assert!(check(&folder().join("check"), &["check"]) >= 8, "the corpus lost mistakes");
}

/// Run with the folder of nixpkgs' `lib` in `NIXPKGS_LIB`.
#[test]
fn mistakes_in_modules_of_nixpkgs_name_the_option_and_its_definitions() {
    let Ok(lib) = std::env::var("NIXPKGS_LIB") else {
        return eprintln!("skipped: NIXPKGS_LIB does not name the lib folder of a nixpkgs");
    };
    let include = format!("nixpkgs-lib={lib}");
    let count = check(&folder().join("nixpkgs"), &["eval", "--strict", "-I", &include]);
    assert!(count >= 5, "the corpus lost mistakes");
}

#[test]
fn the_whole_trace_is_shown_when_asked_for() {
    let file = folder().join("thrown.nix");
    let (short, whole) = (said(&file, &["eval", "--strict"]), said(&file, &["eval", "--strict", "--show-trace"]));
    assert!(!short.contains("the 'throw' builtin"), "{short}");
    assert!(whole.contains("the 'throw' builtin") && whole.contains("while evaluating the file"), "{whole}");
}
