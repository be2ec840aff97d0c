//! The program as a person or a script meets it, as far as no backend is needed.

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use expect_test::{Expect, expect};
use tempfile::TempDir;

/// A directory with files, where the program is run.
struct Place {
    directory: TempDir,
}

impl Place {
    fn with(files: &[(&str, &str)]) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        for (name, text) in files {
            fs::write(directory.path().join(name), text).expect("written");
        }
        Self { directory }
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    /// Runs `hypernix` there with a state directory of its own and backends that do not exist.
    fn run(&self, line: &str) -> Output {
        Command::new(env!("CARGO_BIN_EXE_hypernix"))
            .args(line.split_whitespace())
            .current_dir(self.path())
            .env("HYPERNIX_STATE_DIR", self.path().join("state"))
            .env("LIBVIRT_DEFAULT_URI", "qemu+unix:///system?socket=/nonexistent")
            .env("DOCKER_HOST", "unix:///nonexistent")
            .env_remove("NO_COLOR")
            .output()
            .expect("the program runs")
    }

    /// What the program prints, with what differs from run to run made equal.
    fn said(&self, line: &str) -> String {
        let output = self.run(line);
        let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        let here = fs::canonicalize(self.path()).expect("it exists").display().to_string();
        let text = text.replace(&here, "/here");
        let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        format!("{}\nexit {}\n", lines.join("\n"), output.status.code().unwrap_or(-1))
    }
}

#[track_caller]
fn check(place: &Place, line: &str, expected: Expect) {
    expected.assert_eq(&place.said(line));
}

const WEB: &str = r#"{
  hypervisor.compute.tags.small = { category = "performance"; values.resources.memory.size = "256Mi"; };
  hypervisor.compute.units.web = {
    features.isolation.type = "container";
    image.source = "web:1";
    tags = [ "small" ];
  };
}
"#;

#[test]
fn a_good_file_is_checked_without_a_backend_and_without_a_trace() {
    let place = Place::with(&[("host.nix", WEB)]);
    check(
        &place,
        "check host.nix",
        expect![[r#"
        ok: 1 unit, 2 resources
        exit 0
    "#]],
    );
    assert!(!place.path().join("state").exists(), "a check must leave nothing behind");
}

#[test]
fn a_missing_file_a_directory_and_a_strange_form_are_told_apart() {
    let place = Place::with(&[("notes.txt", "hello")]);
    fs::create_dir(place.path().join("empty")).expect("made");
    check(
        &place,
        "check nowhere.nix",
        expect![[r#"
        config::no_such_file

          x there is no file `nowhere.nix`
          help: name a .nix file, a directory with a default.nix, FLAKE#HOST, or a manifest in JSON
        exit 1
    "#]],
    );
    check(
        &place,
        "check empty",
        expect![[r#"
        config::no_default_nix

          x the directory `empty` has no default.nix
          help: name the file itself
        exit 1
    "#]],
    );
    check(
        &place,
        "check notes.txt",
        expect![[r#"
        config::unknown_form

          x `notes.txt` is neither a .nix file nor a manifest in JSON
          help: a configuration ends in .nix; a manifest is a JSON object with `schemaVersion`
        exit 1
    "#]],
    );
}

#[test]
fn a_mistake_in_the_file_is_shown_with_its_line_and_a_cure() {
    let place = Place::with(&[("host.nix", "{\n  hypervisor.compute.units.web.resources.memroy.size = \"1Gi\";\n}\n")]);
    let said = place.said("plan host.nix");
    for part in ["memroy", "`memory`", "/here/host.nix:2", "exit 1"] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
}

#[test]
fn a_resource_that_is_not_there_is_no_answer() {
    let place = Place::with(&[("host.nix", WEB)]);
    for line in [
        "plan host.nix --partial --explain container/wbe",
        "plan host.nix --partial --explain container/wbe --json",
        "plan host.nix --partial --only container/wbe",
    ] {
        let said = place.said(line);
        for part in ["there is no resource `container/wbe`", "did you mean `container/web`?", "exit 1"] {
            assert!(said.contains(part), "{line}: {part} is not in\n{said}");
        }
    }
    let said = place.said("plan host.nix --partial --only web --explain web --json");
    assert!(said.contains("\"address\": \"container/web\"") && said.ends_with("exit 0\n"), "{said}");
}

#[test]
fn programs_get_mistakes_as_one_document() {
    let place = Place::with(&[("host.nix", "{ hypervisor = ; }")]);
    check(
        &place,
        "check --json host.nix",
        expect![[r#"
            {
              "error": {
                "code": "nix::parse",
                "message": "syntax error, unexpected ';', expecting an expression",
                "labels": [
                  {
                    "text": "here",
                    "file": "/here/host.nix",
                    "line": 1,
                    "column": 16
                  }
                ]
              }
            }
            exit 1
        "#]],
    );
}

#[test]
fn explain_says_where_a_value_came_from() {
    let place = Place::with(&[("host.nix", WEB)]);
    check(
        &place,
        "explain web resources.memory.size -f host.nix",
        expect![[r#"
        web  tags: small
          resources.memory.size = "256Mi"
              tag `small` (priority 50), /here/host.nix:2:63
              overrides "1Gi" (option default)
        exit 0
    "#]],
    );
    check(
        &place,
        "explain wbe -f host.nix",
        expect![[r#"
        explain::unknown_unit

          x there is no unit `wbe`
          help: did you mean `web`? Otherwise declare it
        exit 1
    "#]],
    );
    check(
        &place,
        "explain web",
        expect![[r#"
        hypernix::request

          x nothing has been applied here yet, so there is no file to explain
          help: name one with --file
        exit 1
    "#]],
    );
}

#[test]
fn a_manifest_can_be_read_in_the_place_of_its_file() {
    let place = Place::with(&[("host.nix", WEB)]);
    let output = place.run("manifest host.nix");
    fs::write(place.path().join("host.json"), output.stdout).expect("written");
    let from_json = place.said("explain --json web -f host.json");
    assert_eq!(from_json, place.said("explain --json web -f host.nix"));
}

#[test]
fn a_backend_that_is_down_is_named_with_what_to_do() {
    let place = Place::with(&[("host.nix", WEB)]);
    let said = place.said("plan host.nix");
    for part in ["plan::unreachable", "docker cannot be read", "unix:///nonexistent", "--partial", "exit 1"] {
        assert!(said.contains(part), "{part} is not in\n{said}");
    }
}

#[test]
fn bad_usage_exits_with_one_because_two_means_changes() {
    let place = Place::with(&[]);
    assert_eq!(place.run("plan").status.code(), Some(1));
    assert_eq!(place.run("--help").status.code(), Some(0));
    assert_eq!(place.run("--version").status.code(), Some(0));
}

#[test]
fn programs_get_bad_usage_as_a_document_too() {
    check(
        &Place::with(&[]),
        "--json lits",
        expect![[r#"
        {
          "error": {
            "code": "hypernix::usage",
            "message": "unrecognized subcommand 'lits'",
            "labels": [],
            "help": "tip: a similar subcommand exists: 'list'\n\nUsage: hypernix [OPTIONS] <COMMAND>\n\nFor more information, try '--help'."
          }
        }
        exit 1
    "#]],
    );
}

#[test]
fn the_shell_is_told_commands_and_the_applied_units() {
    let place = Place::with(&[]);
    let output = Command::new(env!("CARGO_BIN_EXE_hypernix"))
        .args(["--", "hypernix", "st"])
        .env("HYPERNIX_STATE_DIR", place.path().join("state"))
        .envs([("COMPLETE", "bash"), ("_CLAP_COMPLETE_INDEX", "1"), ("_CLAP_COMPLETE_COMP_TYPE", "9")])
        .envs([("_CLAP_COMPLETE_SPACE", "true"), ("_CLAP_IFS", "\n")])
        .output()
        .expect("the program runs");
    let words = String::from_utf8_lossy(&output.stdout).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(words, "start stop state");
    assert!(!place.path().join("state").exists(), "a completion must leave nothing behind");
}

#[test]
fn completions_and_manual_pages_are_written() {
    let place = Place::with(&[]);
    for shell in ["bash", "zsh", "fish", "elvish"] {
        let output = place.run(&format!("completions {shell}"));
        assert!(String::from_utf8_lossy(&output.stdout).contains("COMPLETE"), "{shell}");
    }
    assert!(place.run("man pages").status.success());
    assert!(place.path().join("pages/hypernix.1").exists());
    assert!(place.path().join("pages/hypernix-plan.1").exists());
}
