//! Fetching without the network, and what is built during an evaluation.

use std::sync::Arc;

use expect_test::{Expect, expect};
use nix_eval::{NixProgram, Purity, Settings};

use super::oracle::Oracle;
use super::{folder, json, quiet};

#[track_caller]
fn check(source: &str, settings: Settings, expected: Expect) {
    let said = json(source, &folder(), settings).unwrap_or_else(|error| format!("!! {error}"));
    expected.assert_eq(&said.replace(&*folder().to_string_lossy(), "FOLDER"));
}

#[test]
fn what_needs_the_network_says_so_and_names_the_cures() {
    check(
        "builtins.fetchurl \"https://example.org/x\"",
        quiet(),
        expect![[r#"
        !! cannot fetch 'https://example.org/x': 'builtins.fetchurl' needs the network
        this evaluator does not use the network: fetch it beforehand and name it by its path (in a flake as a `path:` input, or with --override-input NAME PATH), or let the Nix on PATH fetch it with --allow-nix"#]],
    );
    for (source, what) in [
        ("fetchTarball \"https://example.org/x.tar.gz\"", "https://example.org/x.tar.gz"),
        ("fetchGit \"https://example.org/x.git\"", "git+https://example.org/x.git"),
        ("fetchTree { type = \"github\"; owner = \"o\"; repo = \"r\"; rev = \"abc\"; }", "github:o/r/abc"),
        ("builtins.getFlake \"github:o/r\"", "github:o/r"),
    ] {
        let said = json(source, &folder(), quiet()).expect_err("there is no network");
        assert!(said.starts_with(&format!("cannot fetch '{what}'")) && said.contains("--override-input"), "{said}");
    }
}

#[test]
fn references_of_flakes_are_read_and_written_as_nix_does() {
    const REV: &str = "0123456789012345678901234567890123456789";
    let texts = [
        "github:a/b",
        "github:a/b/c?dir=x&host=h",
        "github:a/b/c/d",
        "github:a",
        "github:a/b?ref=x",
        "github:a/b?ref=x&rev=REV",
        "github:a/b/x?ref=y",
        "github:a/b/REV",
        "github:a/b#c",
        "github:a/b^out",
        "gitlab:a%2Fc/b?host=z",
        "sourcehut:~a/b",
        "path:/x/y?dir=z",
        "path:./x",
        "path:/x?foo=1",
        "path:/x?rev=REV&lastModified=5&revCount=7",
        "/x/y?dir=z",
        "./x",
        "",
        "foo bar",
        "x:y",
        "nixpkgs",
        "nixpkgs/abc",
        "nixpkgs/REV",
        "nixpkgs/abc/REV",
        "flake:nixpkgs/x",
        "git+https://x.y/z?ref=m&rev=REV&shallow=1",
        "git+https://x.y/z?allRefs=1&submodules=0&foo=bar&dir=q",
        "git://x/y",
        "git+ssh://git@x/y",
        "https://x/y?dir=a&foo=b",
        "file+https://x/y",
        "tarball+https://x/y",
        "file:///x.zip",
        "hg+https://x/y",
    ];
    let sets = [
        r#"type = "github"; owner = "a"; repo = "b";"#,
        r#"type = "github"; owner = "a"; repo = "b"; ref = "c"; rev = "REV";"#,
        r#"type = "github"; owner = "a"; repo = "b"; rev = "REV"; host = "h";"#,
        r#"type = "github"; owner = "a";"#,
        r#"type = "git"; url = "https://x/y"; ref = "m"; rev = "REV"; shallow = true; submodules = true; dir = "d";"#,
        r#"type = "git"; url = "/x/y";"#,
        r#"type = "path"; path = "/x"; rev = "REV"; lastModified = 5; dir = "q";"#,
        r#"type = "indirect"; id = "n"; ref = "r";"#,
        r#"type = "file"; url = "https://x/y";"#,
        r#"type = "tarball"; url = "https://x/y.tar.gz"; dir = "d"; narHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";"#,
        r#"type = "hg"; url = "https://x/y"; rev = "REV";"#,
        r#"type = "x";"#,
        "",
        r#"type = "github"; owner = "a"; repo = "b"; foo = "c";"#,
        r#"type = "github"; owner = "a"; repo = [ ];"#,
        r#"type = "github"; owner = "a"; repo = -1;"#,
    ];
    let Some(oracle) = Oracle::in_place() else { return };
    let reading = texts.map(|text| format!("builtins.parseFlakeRef \"{text}\""));
    let writing = sets.map(|set| format!("builtins.flakeRefToString {{ {set} }}"));
    for case in reading.iter().chain(&writing).map(|case| case.replace("REV", REV)) {
        let theirs = oracle.evaluate(&case, &folder());
        let ours = json(&case, &folder(), quiet());
        let first = |said: &String| said.lines().next().unwrap_or_default().to_owned();
        assert_eq!(ours.as_ref().map_err(first), theirs.as_ref().map_err(first), "{case}");
    }
}

#[test]
fn bad_requests_are_refused_as_nix_does() {
    let cases = [
        "builtins.fetchurl { sha256 = \"\"; }",
        "builtins.fetchurl { url = \"https://x/y\"; nonsense = 1; }",
        "builtins.fetchurl \"https://x/a b\"",
        "builtins.fetchurl { url = \"https://x/a b\"; }",
        "builtins.fetchurl { url = \"https://x/y\"; name = \"a b\"; }",
        "builtins.fetchurl { url = \"https://x/y\"; sha256 = \"abc\"; }",
        "builtins.fetchurl { url = \"file://FOLDER/tree/file.txt\"; sha256 = \"0mdqa9w1p6cmli6976v4wi0sw9r4p5prkj7lzfd1877wk11c9c73\"; }",
        "builtins.fetchurl 1",
        "fetchTree { path = \"/x\"; }",
        "fetchTree { type = \"path\"; path = [ ]; }",
        "fetchGit { type = \"git\"; url = \"x\"; }",
    ];
    let Some(oracle) = Oracle::in_place() else { return };
    for case in cases {
        let case = case.replace("FOLDER", &folder().to_string_lossy());
        let theirs = oracle.evaluate(&case, &folder()).expect_err("Nix refuses it");
        let ours = json(&case, &folder(), quiet()).expect_err("it is bad");
        assert_eq!(ours.lines().next(), theirs.lines().next(), "{case}");
    }
}

#[test]
fn files_of_this_host_are_fetched_with_their_hash() {
    let url = format!("file://{}/tree/file.txt", folder().display());
    let fetch = format!(
        "builtins.fetchurl {{ url = \"{url}\"; sha256 = \"sha256-WJG1tSLV3whtD/CxEPvZ0hu0/HFjrzTQgoai6Eb2vgM=\"; }}"
    );
    check(&fetch, quiet(), expect![[r#""/nix/store/z1rahp9fy11h8yvihxhgj8vr2pb6db1a-file.txt""#]]);
    check(&format!("builtins.readFile ({fetch})"), quiet(), expect![[r#""hello\n""#]]);
    check(
        &format!("builtins.fetchurl \"{url}\""),
        Settings { purity: Purity::Pure, ..quiet() },
        expect!["!! in pure evaluation mode, 'fetchurl' requires a 'sha256' argument"],
    );
}

#[test]
fn a_tree_is_fetched_from_its_path_or_found_by_its_hash() {
    let source = "let tree = fetchTree { type = \"path\"; path = toString ./tree; }; in
        { inherit (tree) narHash outPath; names = builtins.attrNames tree;
          again = (fetchTree { type = \"path\"; path = \"/gone\"; inherit (tree) narHash; }).outPath;
          tarball = fetchTarball { url = \"https://example.org/x\"; sha256 = tree.narHash; }; }";
    let Some(oracle) = Oracle::in_place() else { return };
    let store_dir = oracle.store().to_string_lossy().into_owned();
    let theirs = oracle.evaluate(source, &folder()).expect("Nix fetches it");
    assert_eq!(json(source, &folder(), Settings { store_dir, ..quiet() }), Ok(theirs));
}

const BUILT: &str = "let
  helper = builtins.toFile \"helper\" \"40 + 2\";
  base = derivation { name = \"base\"; system = \"x86_64-linux\"; builder = \"/bin/sh\"; args = [ \"-c\" \"echo text > $out\" ]; };
  d = derivation { name = \"d\"; system = \"x86_64-linux\"; builder = \"/bin/sh\"; args = [ \"-c\" \"read a < ${helper}; read b < ${base}; echo \\\"{ n = $a; t = ''$b''; src = ''$src''; }\\\" > $out\" ]; src = ./tree; };
in import d";

#[test]
fn a_build_during_the_evaluation_needs_a_real_nix() {
    let said = json(BUILT, &folder(), quiet()).expect_err("nobody builds it");
    assert!(
        said.contains("^out' during evaluation because the option 'allow-import-from-derivation' is disabled"),
        "{said}"
    );
    assert!(said.contains("--allow-nix"), "{said}");
    let Some(oracle) = Oracle::in_place() else { return };
    if !cfg!(target_arch = "x86_64") {
        return;
    }
    let theirs = oracle.evaluate(BUILT, &folder());
    let fresh = Oracle::in_place().expect("there was one before");
    let store_dir = fresh.store().to_string_lossy().into_owned();
    let nix = Arc::new(NixProgram::in_folder(fresh.programs()));
    let ours = json(BUILT, &folder(), Settings { store_dir: store_dir.clone(), nix: Some(nix.clone()), ..quiet() });
    let ours = ours.map(|text| text.replace(&store_dir, &oracle.store().to_string_lossy()));
    let without_hash = |text: Result<String, String>| text.map(|text| text.split("src").next().map(str::to_owned));
    assert_eq!(without_hash(ours), without_hash(theirs));
    let failing = "import (derivation { name = \"f\"; system = \"x86_64-linux\"; builder = \"/bin/sh\"; args = [ \"-c\" \"exit 3\" ]; })";
    let said = json(failing, &folder(), Settings { store_dir, nix: Some(nix), ..quiet() }).expect_err("it fails");
    assert!(said.starts_with("cannot build '") && said.contains("exit code 3"), "{said}");
}

#[test]
fn what_the_evaluation_puts_into_the_store_can_be_read_back() {
    check("import (builtins.toFile \"x\" \"1 + 1\")", quiet(), expect!["2"]);
    check("import \"${./tree}/sub/add.nix\" 41", quiet(), expect!["42"]);
    check(
        "builtins.readDir (builtins.path { path = ./tree; filter = p: t: t == \"directory\" || baseNameOf p == \"inner\"; })",
        quiet(),
        expect![[r#"{"sub":"directory"}"#]],
    );
    check(
        "builtins.pathExists \"${builtins.path { path = ./tree; filter = p: t: false; }}/file.txt\"",
        quiet(),
        expect!["false"],
    );
    check(
        "let d = import (derivation { name = \"x\"; system = \"s\"; builder = \"b\"; outputs = [ \"a\" \"out\" ]; }).drvPath; in { inherit (d) name type outputName; names = builtins.attrNames d; out = d.out.outPath; }",
        quiet(),
        expect![[
            r#"{"name":"x","names":["a","all","drvPath","name","out","outPath","outputName","type"],"out":"/nix/store/737x1hzykqdp237q5jnav09jzm2q6br4-x","outputName":"a","type":"derivation"}"#
        ]],
    );
    check(
        "let inner = ./tree/file.txt; in builtins.attrNames (builtins.getContext (builtins.readFile (builtins.toFile \"x\" \"see ${inner}\")))",
        quiet(),
        expect![[r#"["/nix/store/qjqcrhqkjmdgv3yqcgcd9fa7qi234hga-file.txt"]"#]],
    );
}
