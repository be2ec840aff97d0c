//! The REPL from a pipe, line by line, and on a real terminal, key by key.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use expect_test::{Expect, expect};
use rexpect::session::{PtySession, spawn_command};
use tempfile::TempDir;

const PROMPT: &str = "hypernix> ";

/// A folder with a small library in it.
fn place() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let library = "{\n  # Doubles a number.\n  double = n: n * 2;\n  size = { small = 1; large = 4; };\n}\n";
    fs::write(folder.path().join("library.nix"), library).expect("written");
    fs::write(folder.path().join("unit.nix"), "{ memory, cores ? 2 }: { inherit memory cores; }\n").expect("written");
    folder
}

fn repl(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hypernix"));
    command.arg("repl").current_dir(folder).env("HOME", folder).env_remove("XDG_STATE_HOME").env_remove("NIX_PATH");
    command.env("TERM", "xterm").env("NO_COLOR", "1");
    command
}

/// What the REPL prints, standard error after standard output.
fn said(folder: &Path, words: &[&str], input: &str) -> String {
    let mut command = repl(folder);
    command.args(words).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    stdin.write_all(input.as_bytes()).expect("it reads");
    drop(stdin);
    let output = child.wait_with_output().expect("it ends");
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    let text = lines.join("\n").replace(&folder.display().to_string(), "/here");
    format!("{text}\nexit {}\n", output.status.code().unwrap_or(-1))
}

#[track_caller]
fn check(input: &str, expected: Expect) {
    let folder = place();
    expected.assert_eq(&said(folder.path(), &[], input));
}

#[test]
fn values_are_printed_to_one_level_and_remembered() {
    check(
        "1 + 1\nit * 10\n{ a = 1 + 1; b = { c = 2; }; d = [ 1 ]; }\n[ [ ] [ 1 ] \"x\" ]\n:p it\nx: x\nmap\n",
        expect![[r#"
            2
            20
            { a = 2; b = { ... }; d = [ ... ]; }
            [ [ ] [ ... ] "x" ]
            [ [ ] [ 1 ] "x" ]
            «lambda @ «string»:1:1»
            «primop map»
            exit 0
        "#]],
    );
}

#[test]
fn variables_see_those_before_them() {
    check(
        "x = 1\nx = x + 1;\ny = { inherit x; }\ny.x\nx == 2\n",
        expect![[r#"
        2
        true
        exit 0
    "#]],
    );
}

#[test]
fn inputs_go_on_while_a_bracket_is_open() {
    check(
        "let\n  a = [\n    1\n    2\n  ];\nin\na\n{\n  b = 3;\n}\n",
        expect![[r#"
        [ 1 2 ]
        { b = 3; }
        exit 0
    "#]],
    );
}

#[test]
fn files_and_sets_become_variables() {
    check(
        ":l ./library.nix\ndouble size.large\n:a size\nsmall\n:t double\n:t size\n:doc double\n",
        expect![[r#"
        2 variables added
        8
        2 variables added
        1
        a function
        a set
        a function, defined at /here/library.nix:3:12

          Doubles a number.
        exit 0
    "#]],
    );
}

#[test]
fn a_file_that_is_a_function_is_called_with_the_arguments_given() {
    let folder = place();
    expect![[r#"
        2 variables added
        2
        2
        exit 0
    "#]]
    .assert_eq(&said(folder.path(), &["unit.nix", "--arg", "memory", "1 + 1"], "memory\ncores\n"));
}

#[test]
fn reloading_reads_the_files_anew_and_forgets_variables() {
    let folder = place();
    let library = folder.path().join("library.nix");
    fs::write(&library, "{ version = 1; }").expect("written");
    let mut command = repl(folder.path());
    command.arg("library.nix").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("it starts");
    let mut stdin = child.stdin.take().expect("a pipe");
    let mut stdout = std::io::BufReader::new(child.stdout.take().expect("a pipe"));
    let mut answer = || {
        let mut line = String::new();
        std::io::BufRead::read_line(&mut stdout, &mut line).expect("it answers");
        line
    };
    assert_eq!(answer(), "1 variable added\n");
    writeln!(stdin, "version").expect("it reads");
    assert_eq!(answer(), "1\n");
    fs::write(&library, "{ version = 2; }").expect("written");
    writeln!(stdin, ":r\nversion").expect("it reads");
    assert_eq!(answer(), "1 variable added\n");
    assert_eq!(answer(), "2\n");
    drop(stdin);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn errors_are_shown_as_everywhere_and_the_conversation_goes_on() {
    check(
        "{ a = 1; }.b\n1 + 1\n:zap\n{ a = throw \"inside\"; b = 2; }\n",
        expect![[r#"
        2
        { a = «error: inside»; b = 2; }
        nix::missing_attribute

          x attribute 'b' missing
           ,-[«string»:1:12]
         1 | { a = 1; }.b
           :            |
           :            `-- no such attribute
           `----
          help: the set has a
        hypernix::request

          x there is no command `:zap`
          help: :? lists the commands
        exit 1
    "#]],
    );
}

#[test]
fn builtins_explain_themselves() {
    check(
        ":doc map\n:doc builtins.foldl'\n:doc 1\n",
        expect![[r#"
        builtins.map function list

          The results of a function for each element.
        builtins.foldl' function start list

          Combines the elements from the left, `function (function start first) second` and so on, computing each result at once.
        hypernix::request

          x `1` is no function but an integer
          help: only functions are documented
        exit 1
    "#]],
    );
}

/// A REPL on a terminal of its own, at its first prompt.
fn on_a_terminal(folder: &Path) -> PtySession {
    let mut session = spawn_command(repl(folder), Some(20_000)).expect("it starts");
    session.exp_string(PROMPT).expect("a prompt");
    session
}

#[track_caller]
fn type_and_see(session: &mut PtySession, keys: &str, seen: &str) {
    session.send(keys).expect("it reads");
    session.flush().expect("it reads");
    session.exp_string(seen).unwrap_or_else(|error| panic!("{keys:?} does not lead to {seen:?}: {error}"));
}

/// Types a line, sees its answer, and waits for the next prompt: keys typed before it would be lost.
#[track_caller]
fn ask(session: &mut PtySession, keys: &str, answer: &str) {
    type_and_see(session, keys, answer);
    session.exp_string(PROMPT).expect("a prompt");
}

#[test]
fn attributes_variables_builtins_and_paths_are_completed() {
    let folder = place();
    let mut session = on_a_terminal(folder.path());
    ask(&mut session, ":l ./lib\t\r", "2 variables added");
    ask(&mut session, "size.la\t\r", "4");
    ask(&mut session, "dou\t 21\r", "42");
    ask(&mut session, "builtins.concatStr\t \"-\" [ \"a\" \"b\" ]\r", "\"a-b\"");
    ask(&mut session, "builtins.pathExists ./unit\t\r", "true");
    ask(&mut session, ":doc unsafeGet\t\r", "Where an attribute is defined");
    session.send_control('d').expect("it reads");
    session.exp_eof().expect("it ends");
}

#[test]
fn brackets_are_closed_on_later_lines_and_history_comes_back() {
    let folder = place();
    let mut session = on_a_terminal(folder.path());
    session.send("[ 1\r").expect("it reads");
    ask(&mut session, "2 ]\r", "[ 1 2 ]");
    ask(&mut session, "40 + 2\r", "42");
    ask(&mut session, "\x1b[A\r", "42");
    session.send_control('d').expect("it reads");
    session.exp_eof().expect("it ends");
    let history = fs::read_to_string(folder.path().join(".local/state/hypernix/repl-history")).expect("it is kept");
    assert!(history.contains("40 + 2"), "{history}");
}

#[test]
fn ctrl_c_stops_an_evaluation_and_the_conversation_goes_on() {
    let folder = place();
    let mut session = on_a_terminal(folder.path());
    let endless = "builtins.genericClosure { startSet = [ { key = 0; } ]; operator = x: [ { key = x.key + 1; } ]; }";
    let line = format!("builtins.trace (\"be\" + \"gun\") ({endless})\r");
    type_and_see(&mut session, &line, "trace: begun");
    session.send_control('c').expect("it reads");
    session.exp_string("evaluation interrupted").expect("it stops");
    session.exp_string(PROMPT).expect("a prompt");
    ask(&mut session, "1 + 1\r", "2");
}
