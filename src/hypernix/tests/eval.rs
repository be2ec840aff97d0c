//! `hypernix eval` as a table of invocations: `tests/eval/cases.txt`, and beside it the files that they name.
//!
//! A line with `$` is an invocation, what follows is its output and, if it is not 0, its exit code. Lines with `$!` are
//! our own; all others print the same bytes as `nix-instantiate --eval`, which the second test sees to where the Nix of
//! tests/setup is there.

use std::{
    ffi::OsString,
    fmt::Write as _,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use expect_test::expect_file;
use serde_json::Value;

const CASES: &str = include_str!("eval/cases.txt");

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/eval")
}

fn invocations() -> impl Iterator<Item = &'static str> {
    CASES.lines().filter(|line| line.starts_with('$'))
}

/// The words of an invocation; single quotes keep spaces, and what follows `<<<` is standard input.
fn words(invocation: &str) -> (Vec<String>, Option<String>) {
    let line = invocation.trim_start_matches(['$', '!']).trim();
    let mut words = Vec::new();
    for (index, piece) in line.split('\'').enumerate() {
        match index % 2 {
            0 => words.extend(piece.split_whitespace().map(str::to_owned)),
            _ => words.push(piece.to_owned()),
        }
    }
    let input = words.iter().position(|word| word == "<<<").map(|at| words.split_off(at).swap_remove(1));
    (words, input)
}

fn run(program: impl Into<OsString>, before: &[&str], words: &[String], input: Option<&str>) -> Output {
    let mut child = Command::new(program.into())
        .args(before)
        .args(words)
        .current_dir(folder())
        .env_remove("NIX_PATH")
        .env("EVAL_TEST", "seen")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut stdin = child.stdin.take().expect("it is a pipe");
    stdin.write_all(input.unwrap_or_default().as_bytes()).expect("the program reads");
    drop(stdin);
    child.wait_with_output().expect("the program ends")
}

fn ours(words: &[String], input: Option<&str>) -> Output {
    run(env!("CARGO_BIN_EXE_hypernix"), &["eval"], words, input)
}

#[test]
fn the_table_of_invocations_holds() {
    let mut transcript: String =
        CASES.lines().take_while(|line| !line.starts_with('$')).map(|l| format!("{l}\n")).collect();
    for invocation in invocations() {
        let (words, input) = words(invocation);
        let output = ours(&words, input.as_deref());
        let text = String::from_utf8_lossy(&output.stdout).replace(&folder().display().to_string(), "/here");
        let end = if text.is_empty() || text.ends_with('\n') { "" } else { "%\n" };
        let code = output.status.code().unwrap_or(-1);
        let exit = if code == 0 { String::new() } else { format!("exit {code}\n") };
        write!(transcript, "{invocation}\n{text}{end}{exit}").expect("a string takes every text");
    }
    expect_file!["eval/cases.txt"].assert_eq(&transcript);
}

#[test]
fn the_output_is_that_of_nix() {
    let oracle = Path::new("/var/lib/hypervisor/test/nix-oracle/bin/nix-instantiate");
    if !oracle.exists() {
        return eprintln!("skipped: there is no {}; tests/setup puts it there", oracle.display());
    }
    let mut compared = 0;
    for invocation in invocations().filter(|line| !line.starts_with("$!")) {
        let (words, input) = words(invocation);
        let before: &[&str] =
            if words.iter().any(|word| word == "--json") { &["--eval", "--strict"] } else { &["--eval"] };
        let nix = run(oracle, before, &words, input.as_deref());
        let output = ours(&words, input.as_deref());
        assert_eq!(nix.status.code(), output.status.code(), "{invocation}");
        assert_eq!(
            String::from_utf8_lossy(&nix.stdout),
            String::from_utf8_lossy(&output.stdout),
            "{invocation}: Nix on the left"
        );
        compared += 1;
    }
    assert!(compared > 50, "only {compared} invocations were compared");
}

fn words_of(line: &str) -> Vec<String> {
    words(line).0
}

#[test]
fn programs_get_the_statistics_as_a_document() {
    let output = ours(&words_of("--json --stats --expr 'let n = 1 + 1; in map (x: x + n) [ 1 2 3 ]'"), None);
    assert_eq!(String::from_utf8_lossy(&output.stdout), "[3,4,5]\n");
    let document: Value = serde_json::from_slice(&output.stderr).expect("it is JSON");
    let stats = &document["stats"];
    assert_eq!(stats["functionCalls"], 3, "{document}");
    for name in ["builtinCalls", "thunks", "lists", "bytes", "peakResidentBytes"] {
        assert!(stats[name].as_u64().is_some_and(|count| count > 0), "{name}: {document}");
    }
}

#[test]
fn a_profile_names_functions_with_their_places() {
    let folder = tempfile::tempdir().expect("a folder");
    let (source, profile) = (folder.path().join("slow.nix"), folder.path().join("profile"));
    let text = "let\n  fib = n: if n < 2 then n else fib (n - 1) + fib (n - 2);\nin { answer = fib 18; }\n";
    std::fs::write(&source, text).expect("written");
    let words =
        [source.display().to_string(), "--strict".into(), "--eval-profile".into(), profile.display().to_string()];
    assert!(ours(&words, None).status.success());
    let stacks = std::fs::read_to_string(profile).expect("the profile is there");
    let place = format!("fib()@{}:2:9", source.display());
    assert!(stacks.lines().any(|line| line.contains(&place)), "{place} is not in\n{stacks}");
    for line in stacks.lines() {
        let (stack, time) = line.rsplit_once(' ').expect("a stack and its time");
        assert!(time.parse::<u64>().is_ok() && stack.starts_with("evaluation"), "{line}");
    }
}

#[test]
fn limits_end_an_evaluation_with_an_error() {
    let endless = "let f = n: f (n + 1); in f 0";
    for (limit, message) in [
        ("--max-steps 1000", "more than 1000 calls"),
        ("--max-depth 100", "max-call-depth"),
        ("--max-memory 1MiB", "bytes of memory"),
    ] {
        let mut all = words_of(limit);
        let expression = if limit.contains("memory") { "builtins.genList (x: x) 10000000" } else { endless };
        all.extend(["--expr".to_owned(), expression.to_owned()]);
        let output = ours(&all, None);
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(1) && said.contains(message), "{limit}: {said}");
    }
}
