//! Every session in the documentation that runs `hypernix eval` or `repl` prints what it says.

use std::{
    path::Path,
    process::{Command, Stdio},
};

/// One command of a session with what it prints.
struct Step<'t> {
    command: &'t str,
    printed: String,
}

#[test]
fn sessions_of_the_page_about_evaluation_print_what_they_say() {
    let page = std::fs::read_to_string(super::root().join("docs/eval.md")).expect("the page is there");
    let folder = tempfile::tempdir().expect("a temporary directory can be made");
    let steps: Vec<Step<'_>> = blocks(&page).flat_map(steps).collect();
    assert!(steps.len() >= 8, "the page lost its examples");
    for step in steps {
        assert_eq!(run(step.command, folder.path()), step.printed, "{}", step.command);
    }
}

fn blocks(page: &str) -> impl Iterator<Item = &str> {
    page.split("```console\n").skip(1).map(|rest| rest.split("\n```").next().unwrap_or(rest))
}

fn steps(block: &str) -> Vec<Step<'_>> {
    let mut steps: Vec<Step<'_>> = Vec::new();
    for line in block.lines() {
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => steps.push(Step { command, printed: String::new() }),
            (None, Some(step)) => step.printed.extend([line, "\n"]),
            (None, None) => {}
        }
    }
    steps
}

/// What a shell prints, with `hypernix` found first.
fn run(command: &str, folder: &Path) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_hypernix")).parent().expect("it lies in a folder");
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("sh")
        .args(["-c", &format!("exec 2>&1; {command}")])
        .current_dir(folder)
        .env("PATH", format!("{}:{path}", binary.display()))
        .env("HOME", folder)
        .env_remove("NIX_PATH")
        .stdin(Stdio::null())
        .output()
        .expect("there is a shell");
    let lines: Vec<String> =
        String::from_utf8_lossy(&output.stdout).lines().map(|l| format!("{}\n", l.trim_end())).collect();
    lines.concat()
}
