//! Flakes on this host: their inputs found, overridden, followed and missed.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use expect_test::{Expect, expect};
use nix_eval::{EvalError, GitProgram, InputOverride, NixProgram, Purity, Settings, StoreDirectory, evaluate};
use serde_json::{Value as Json, json};

use super::oracle::Oracle;
use super::{quiet, told};

/// A folder with files.
struct Site(tempfile::TempDir);

impl Site {
    fn new(files: &[(&str, &str)]) -> Self {
        let site = Self(tempfile::tempdir().expect("there is room for a folder"));
        for (path, text) in files {
            let path = site.path(path);
            std::fs::create_dir_all(path.parent().expect("it is in the folder")).expect("the folder is ours");
            std::fs::write(path, text).expect("the folder is ours");
        }
        site
    }

    fn path(&self, inside: &str) -> PathBuf {
        self.0.path().join(inside)
    }
}

fn pure() -> Settings {
    Settings { purity: Purity::Pure, ..quiet() }
}

fn overriding(pairs: &[(&str, PathBuf)]) -> Settings {
    let overrides = pairs.iter().map(|(input, folder)| InputOverride::new(input, folder.clone()));
    Settings { input_overrides: overrides.collect(), ..pure() }
}

/// An output of the flake in a folder as JSON, or the error with its hint.
fn output(folder: &Path, name: &str, settings: Settings) -> Result<Json, String> {
    evaluate(settings, |evaluator| -> Result<_, EvalError> {
        let flake = evaluator.eval_flake(folder)?;
        let value = evaluator.select(flake, &name.split('.').collect::<Vec<_>>())?;
        evaluator.to_json(value)
    })
    .map_err(told)
}

#[track_caller]
fn check(site: &Site, name: &str, settings: Settings, expected: Expect) {
    let said = match output(&site.path(""), name, settings) {
        Ok(json) => json.to_string(),
        Err(error) => format!("!! {error}"),
    };
    expected.assert_eq(&said.replace(&*site.0.path().to_string_lossy(), "SITE"));
}

const FACTS: &str = r#"{
  inputs.sub.url = "path:./sub";
  inputs.data = { url = "path:./data"; flake = false; };
  outputs = { self, sub, data }: {
    facts = {
      inherit (self) narHash lastModified lastModifiedDate;
      path = self.outPath;
      source = self.sourceInfo.outPath;
      copied = [ "${./.}" "${./data.txt}" "${self}/data.txt" ];
      here = toString ./.;
      names = map builtins.attrNames [ self self.sourceInfo sub data ];
      sub = { path = sub.outPath; inherit (sub) narHash v; text = builtins.readFile "${sub}/text"; };
      data = { path = data.outPath; source = data.sourceInfo.outPath; text = import (data + "/value.nix"); };
      context = map builtins.getContext [ self.outPath "${self}" "${./data.txt}" ];
      host = map builtins.pathExists [ /etc /etc/passwd ../. ./data.txt ];
      impure = [ (builtins ? currentSystem) (builtins ? currentTime) (builtins.getEnv "HOME") builtins.nixPath ];
    };
    forbidden = builtins.readFile /etc/passwd;
  };
}"#;

const FACTS_LOCK: &str = r#"{ "version": 7, "root": "root", "nodes": {
  "root": { "inputs": { "sub": "sub", "data": "data" } },
  "data": { "flake": false, "locked": { "path": "./data", "type": "path" },
            "original": { "path": "./data", "type": "path" }, "parent": [] },
  "sub": { "locked": { "path": "./sub", "type": "path" }, "original": { "path": "./sub", "type": "path" }, "parent": [] }
} }"#;

fn facts() -> Site {
    Site::new(&[
        ("flake.nix", FACTS),
        ("flake.lock", FACTS_LOCK),
        ("data.txt", "some data\n"),
        ("sub/flake.nix", "{ outputs = { self }: { v = 7; }; }"),
        ("sub/text", "text of sub"),
        ("data/value.nix", "\"a value\""),
    ])
}

#[test]
fn a_flake_knows_of_itself_and_its_relative_inputs_what_nix_tells() {
    let site = facts();
    let Some(oracle) = Oracle::in_place() else { return };
    let store_dir = oracle.store().to_string_lossy().into_owned();
    let ours = output(&site.path(""), "facts", Settings { store_dir, ..pure() }).expect("the flake evaluates");
    let flake = format!("path:{}#facts", site.0.path().display());
    let theirs = oracle.run("nix", &["eval", "--json", &flake], Path::new("/")).expect("Nix evaluates it too");
    assert_eq!(ours, serde_json::from_str::<Json>(&theirs).expect("it is JSON"));
}

#[test]
fn a_flake_without_a_lock_finds_its_paths() {
    let site = facts();
    let locked = output(&site.path(""), "facts.sub.v", pure());
    std::fs::remove_file(site.path("flake.lock")).expect("it is there");
    assert_eq!(output(&site.path(""), "facts.sub.v", pure()), locked);
    check(&site, "facts.data.text", pure(), expect![[r#""a value""#]]);
    let outer = site.path("outer");
    std::fs::create_dir(&outer).expect("the folder is ours");
    let text = format!(
        r#"{{ inputs.x.url = "path:{}"; outputs = {{ x, ... }}: {{ v = x.inputs.sub.v; }}; }}"#,
        site.0.path().display()
    );
    std::fs::write(outer.join("flake.nix"), text).expect("the folder is ours");
    assert_eq!(output(&outer, "v", pure()), Ok(json!(7)));
}

#[test]
fn the_host_is_out_of_reach() {
    check(
        &facts(),
        "forbidden",
        pure(),
        expect![
            "!! access to absolute path '/etc/passwd' is forbidden in pure evaluation mode (use '--impure' to override)"
        ],
    );
}

/// A lock with inputs from afar: `pkgs`, and `tool`, whose own `pkgs` is another one and whose `dep` follows.
const AFAR_LOCK: &str = r#"{ "version": 7, "root": "root", "nodes": {
  "root": { "inputs": { "pkgs": "pkgs", "tool": "tool", "plain": "plain" } },
  "pkgs": { "locked": { "type": "github", "owner": "o", "repo": "pkgs", "rev": "1111111111111111111111111111111111111111",
              "lastModified": 1700000000, "narHash": "PKGS" },
            "original": { "type": "github", "owner": "o", "repo": "pkgs", "ref": "main" } },
  "pkgs_2": { "locked": { "type": "github", "owner": "o", "repo": "pkgs", "rev": "2222222222222222222222222222222222222222",
              "narHash": "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" },
            "original": { "type": "indirect", "id": "pkgs" } },
  "plain": { "flake": false, "locked": { "type": "tarball", "url": "https://example.org/plain.tar.gz",
              "narHash": "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" },
            "original": { "type": "tarball", "url": "https://example.org/plain.tar.gz" } },
  "tool": { "inputs": { "pkgs": "pkgs_2", "dep": [ "pkgs" ] },
            "locked": { "type": "git", "url": "https://example.org/tool.git", "rev": "3333333333333333333333333333333333333333",
              "narHash": "sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" },
            "original": { "type": "git", "url": "https://example.org/tool.git" } }
} }"#;

const AFAR: &str = r#"{
  inputs = {
    pkgs.url = "github:o/pkgs/main";
    tool.url = "git+https://example.org/tool.git";
    tool.inputs.dep.follows = "pkgs";
    plain = { url = "https://example.org/plain.tar.gz"; flake = false; };
  };
  outputs = { self, pkgs, tool, plain }: {
    near = "near";
    pkgs = { inherit (pkgs) v rev shortRev lastModified lastModifiedDate; };
    tool = { inherit (tool) v; };
    v = [ pkgs.v tool.v ];
    plain = builtins.readFile "${plain}/text";
  };
}"#;

fn afar(pkgs: &str) -> Site {
    Site::new(&[
        ("flake.nix", AFAR),
        ("flake.lock", &AFAR_LOCK.replace("PKGS", pkgs)),
        ("pkgs/flake.nix", "{ outputs = { self }: { v = \"pkgs\"; }; }"),
        ("other/flake.nix", "{ outputs = { self }: { v = \"other\"; }; }"),
        (
            "tool/flake.nix",
            "{ inputs = { pkgs = { }; dep = { }; }; outputs = { self, pkgs, dep }: { v = \"tool of ${pkgs.v}, ${dep.v}\"; }; }",
        ),
        ("plain/text", "plain text"),
    ])
}

const SOME_HASH: &str = "sha256-pQpattmS9VmO3ZIQUFn66az8GSmB4IvYhTTCFn6SUmo=";

#[test]
fn an_input_that_is_not_here_is_named_with_its_cures() {
    let site = afar(SOME_HASH);
    check(&site, "near", pure(), expect![[r#""near""#]]);
    check(
        &site,
        "pkgs",
        pure(),
        expect![[r#"
        !! the flake's input 'pkgs' is not on this host: github:o/pkgs/1111111111111111111111111111111111111111
        nothing is fetched here: give it with --override-input pkgs PATH, put it into the store with `nix flake archive` (it would be at /nix/store/0ccnxa25whszw7mgbgyzdm4nqc0zwnm8-source), make it a `path:` input, or let the Nix on PATH fetch it with --allow-nix"#]],
    );
    check(
        &site,
        "tool",
        overriding(&[("tool", site.path("tool")), ("pkgs", site.path("pkgs"))]),
        expect![[r#"
        !! the flake's input 'tool/pkgs' (flake:pkgs) is not locked as flake.nix asks for it
        nothing is fetched here: lock it with `nix flake lock`, or give it with --override-input tool/pkgs PATH, or make it a `path:` input"#]],
    );
}

#[test]
fn inputs_are_overridden_at_every_depth() {
    let site = afar(SOME_HASH);
    let three = [("pkgs", site.path("pkgs")), ("tool", site.path("tool")), ("tool/pkgs", site.path("other"))];
    check(&site, "v", overriding(&three), expect![[r#"["pkgs","tool of other, pkgs"]"#]]);
    check(&site, "plain", overriding(&[("plain", site.path("plain"))]), expect![[r#""plain text""#]]);
    check(
        &site,
        "near",
        overriding(&[("pgks", site.path("pkgs"))]),
        expect![[r#"
        !! --override-input pgks: the flake has no such input
        Did you mean pkgs?"#]],
    );
    check(
        &site,
        "pkgs",
        overriding(&[("pkgs", site.path("plain"))]),
        expect![[r#"
        !! 'SITE/plain' is no flake: it has no flake.nix
        if it is in a Git repository, `git add flake.nix` makes it part of the flake; if it is meant to be no flake, its input says `flake = false`"#]],
    );
}

#[test]
fn a_locked_input_is_found_in_the_store_by_its_hash() {
    let site = afar(SOME_HASH);
    let store = site.path("store");
    let settings = || Settings { store_dir: store.to_string_lossy().into_owned(), ..pure() };
    let tree = evaluate(
        Settings { store: Some(Arc::new(StoreDirectory::new("/"))), purity: Purity::Impure, ..settings() },
        |evaluator| -> Result<_, EvalError> {
            let value = evaluator.eval_str(
                "(builtins.fetchTree { type = \"path\"; path = toString ./pkgs; }).narHash",
                &site.path(""),
            )?;
            evaluator.to_json(value)
        },
    );
    let hash = tree.expect("the folder is there");
    let lock = AFAR_LOCK.replace("PKGS", hash.as_str().expect("a hash is a string"));
    std::fs::write(site.path("flake.lock"), lock).expect("the folder is ours");
    check(
        &site,
        "pkgs",
        settings(),
        expect![[
            r#"{"lastModified":1700000000,"lastModifiedDate":"20231114221320","rev":"1111111111111111111111111111111111111111","shortRev":"1111111","v":"pkgs"}"#
        ]],
    );
}

#[test]
fn a_lock_that_cannot_be_used_says_why() {
    let site = afar(SOME_HASH);
    let relocked = |lock: &str| std::fs::write(site.path("flake.lock"), lock).expect("the folder is ours");
    relocked("{ \"version\": 8 }");
    check(
        &site,
        "near",
        pure(),
        expect![[r#"
        !! lock file 'SITE/flake.lock' has unsupported version 8
        `nix flake lock` writes it in a version that is read here (5 to 7)"#]],
    );
    relocked("{");
    check(
        &site,
        "near",
        pure(),
        expect!["!! lock file 'SITE/flake.lock' is not JSON: EOF while parsing an object at line 1 column 1"],
    );
    relocked(r#"{ "version": 7, "root": "root", "nodes": { "root": { "inputs": { "pkgs": "gone" } } } }"#);
    check(&site, "near", pure(), expect!["!! lock file 'SITE/flake.lock' has no node 'gone', which it refers to"]);
    relocked(&AFAR_LOCK.replace("\"ref\": \"main\"", "\"ref\": \"older\""));
    check(
        &site,
        "pkgs",
        pure(),
        expect![[r#"
        !! the flake's input 'pkgs' (github:o/pkgs/main) is not locked as flake.nix asks for it
        nothing is fetched here: lock it with `nix flake lock`, or give it with --override-input pkgs PATH, or make it a `path:` input"#]],
    );
}

#[test]
fn inputs_that_follow_each_other_in_circles_are_told() {
    let site = Site::new(&[(
        "flake.nix",
        "{ inputs.a.follows = \"b\"; inputs.b.follows = \"a\"; outputs = { self, a, b }: { v = a.v; }; }",
    )]);
    check(&site, "v", pure(), expect!["!! the input 'a' of the flake '.' follows an input that does not exist"]);
}

#[test]
fn in_a_repository_a_flake_is_what_git_tracks() {
    let site = Site::new(&[
        (
            "hosts/flake.nix",
            "{ outputs = { self }: { v = builtins.attrNames (builtins.readDir ./.); up = builtins.attrNames (builtins.readDir ../.); commit = self.rev or self.dirtyRev; dir = baseNameOf self.outPath; hash = self.narHash; date = self.lastModified; count = self.revCount or null; }; }",
        ),
        ("hosts/tracked", "a"),
        ("hosts/stray", "b"),
        ("above", "c"),
    ]);
    let git = |words: &[&str]| {
        let names = ["-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false"];
        let output = Command::new("git").arg("-C").arg(site.0.path()).args(names).args(words).output();
        output.is_ok_and(|output| output.status.success())
    };
    if !git(&["init", "-q"]) {
        eprintln!("skipped: no git");
        return;
    }
    let settings = || Settings { git: Some(Arc::new(GitProgram)), ..pure() };
    let v = |name: &str| output(&site.path("hosts"), name, settings());
    assert!(v("v").expect_err("nothing is tracked").contains("git add flake.nix"));
    assert!(git(&["add", "hosts/flake.nix", "hosts/tracked", "above"]));
    assert_eq!(v("v"), Ok(json!(["flake.nix", "tracked"])));
    assert_eq!(v("up"), Ok(json!(["above", "hosts"])));
    assert_eq!(v("dir"), Ok(json!("hosts")));
    assert!(git(&["commit", "-q", "-m", "first"]));
    assert_eq!(v("commit").expect("it is clean").as_str().map(str::len), Some(40));
    if let Some(oracle) = Oracle::in_place() {
        let flake = format!("git+file://{}?dir=hosts#", site.0.path().display());
        for name in ["hash", "commit", "date", "count"] {
            let words = ["eval", "--json", &format!("{flake}{name}")];
            let theirs = oracle.run("nix", &words, Path::new("/")).expect("Nix evaluates it too");
            assert_eq!(v(name).expect("it evaluates").to_string(), theirs, "{name}");
        }
    }
    std::fs::write(site.path("above"), "changed").expect("the folder is ours");
    assert!(v("commit").expect("it is dirty").as_str().is_some_and(|rev| rev.ends_with("-dirty")));
}

#[test]
fn a_real_nix_fetches_a_locked_input_when_it_may() {
    let Some(oracle) = Oracle::in_place() else { return };
    let site = Site::new(&[
        ("flake.nix", "{ inputs.x.url = \"git+file://REPO\"; outputs = { x, ... }: { inherit (x) v rev; }; }"),
        ("repo/flake.nix", "{ outputs = { self }: { v = \"fetched\"; }; }"),
    ]);
    let repo = site.path("repo");
    let git = |words: &[&str]| {
        let names = ["-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false"];
        let output = Command::new("git").arg("-C").arg(&repo).args(names).args(words).output();
        output.is_ok_and(|output| output.status.success())
    };
    if !(git(&["init", "-q"]) && git(&["add", "flake.nix"]) && git(&["commit", "-q", "-m", "first"])) {
        eprintln!("skipped: no git");
        return;
    }
    let text = std::fs::read_to_string(site.path("flake.nix")).expect("it is there");
    std::fs::write(site.path("flake.nix"), text.replace("REPO", &repo.to_string_lossy())).expect("the folder is ours");
    let flake = format!("path:{}", site.0.path().display());
    oracle.run("nix", &["flake", "lock", &flake], Path::new("/")).expect("Nix locks it");
    // A store that Nix has, but without the input.
    let fresh = Oracle::in_place().expect("there was one before");
    let store_dir = fresh.store().to_string_lossy().into_owned();
    let without = output(&site.path(""), "v", Settings { store_dir: store_dir.clone(), ..pure() });
    assert!(without.expect_err("nobody fetches it").contains("--allow-nix"));
    let nix = Arc::new(NixProgram::in_folder(fresh.programs()));
    let with = output(&site.path(""), "v", Settings { store_dir, nix: Some(nix), ..pure() });
    assert_eq!(with, Ok(json!("fetched")));
}
