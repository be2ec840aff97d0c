//! Files: imports, embedded files over the host's, search paths, positions, and the list of what was read.

use std::path::Path;
use std::sync::Arc;

use expect_test::{Expect, expect};
use nix_eval::{EvalError, OverlayIo, SearchPathEntry, Settings, StdIo, evaluate};
use serde_json::json;

const EMBEDDED: [(&str, &[u8]); 3] = [
    ("lib/default.nix", b"{ double = import ./double.nix; dir = builtins.readDir ./.; }"),
    ("lib/double.nix", b"x: x * 2"),
    ("text", b"embedded"),
];

fn settings() -> Settings {
    let io = OverlayIo::new("/bundled", EMBEDDED, Arc::new(StdIo));
    Settings { io: Arc::new(io), ..Settings::default() }
}

#[track_caller]
fn check(source: &str, base: &Path, expected: Expect) {
    let outcome = evaluate(settings(), |evaluator| -> Result<String, EvalError> {
        let value = evaluator.eval_str(source, base)?;
        Ok(evaluator.to_json(value)?.to_string())
    });
    expected.assert_eq(&outcome.unwrap_or_else(|error| error.message().to_owned()));
}

#[test]
fn embedded_files_are_imported_listed_and_read() {
    let root = Path::new("/");
    check("(import /bundled/lib).double 21", root, expect!["42"]);
    check("(import /bundled/lib).dir", root, expect![[r#"{"default.nix":"regular","double.nix":"regular"}"#]]);
    check("builtins.readDir /bundled", root, expect![[r#"{"lib":"directory","text":"regular"}"#]]);
    check("builtins.readFile /bundled/text", root, expect![[r#""embedded""#]]);
    check(
        "map builtins.pathExists [ /bundled/lib /bundled/none /bundled/lib/double.nix ]",
        root,
        expect!["[true,false,true]"],
    );
    check("import /bundled/none", root, expect!["path '/bundled/none' does not exist"]);
}

#[test]
fn host_files_and_embedded_files_import_each_other() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    std::fs::write(folder.path().join("host.nix"), "{ n }: (import /bundled/lib).double n")
        .expect("the folder is ours");
    check("import ./host.nix { n = 4; }", folder.path(), expect!["8"]);
    check("builtins.readFileType ./host.nix", folder.path(), expect![[r#""regular""#]]);
}

#[test]
fn a_scoped_import_sees_the_given_names_before_the_builtins() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    std::fs::write(folder.path().join("x.nix"), "[ a (map 1) true ]").expect("the folder is ours");
    check("builtins.scopedImport { a = 1; map = x: x + 1; } ./x.nix", folder.path(), expect!["[1,2,true]"]);
}

#[test]
fn the_search_path_is_looked_through_in_order() {
    let mut settings = settings();
    settings.search_path = vec![
        SearchPathEntry::parse("missing=/nowhere"),
        SearchPathEntry::parse("b=/bundled/lib"),
        SearchPathEntry::parse("/bundled"),
    ];
    let outcome = evaluate(settings, |evaluator| -> Result<_, EvalError> {
        let source = "[ (toString <b/double.nix>) (toString <text>) (builtins.tryEval <missing>).success ]";
        let value = evaluator.eval_str(source, Path::new("/"))?;
        evaluator.to_json(value)
    });
    assert_eq!(outcome.expect("the files exist"), json!(["/bundled/lib/double.nix", "/bundled/text", false]));
}

#[test]
fn attributes_know_where_they_are_defined() {
    let folder = tempfile::tempdir().expect("there is room for a folder");
    let source = "let x = 1; s = { y = 2; }; in\n{ a.b = 1; inherit x; inherit (s) y; } // {\n  c = 2; }";
    std::fs::write(folder.path().join("x.nix"), source).expect("the folder is ours");
    let ask = r#"
      let
        set = import ./x.nix;
        at = name: let p = builtins.unsafeGetAttrPos name set; in "${baseNameOf p.file}:${toString p.line}:${toString p.column}";
        formal = builtins.unsafeGetAttrPos "a" (builtins.functionArgs (import ./f.nix));
      in map at [ "a" "x" "y" "c" ] ++ [ formal.column ]
    "#;
    std::fs::write(folder.path().join("f.nix"), "{ a, b ? 1 }: a").expect("the folder is ours");
    check(ask, folder.path(), expect![[r#"["x.nix:2:3","x.nix:2:20","x.nix:2:35","x.nix:3:3",3]"#]]);
}

#[test]
fn the_files_read_are_listed() {
    let files = evaluate(settings(), |evaluator| -> Result<Vec<String>, EvalError> {
        let value = evaluator.eval_file(Path::new("/bundled/lib"))?;
        let double = evaluator.select(value, &["double"])?;
        let seven = evaluator.value_from_json(&json!(7));
        let doubled = evaluator.call(double, seven)?;
        assert_eq!(evaluator.to_json(doubled)?, json!(14));
        Ok(evaluator.files_read().map(|path| path.display().to_string()).collect())
    });
    expect![[r#"
        [
            "/bundled/lib/default.nix",
            "/bundled/lib/double.nix",
        ]
    "#]]
    .assert_debug_eq(&files.expect("the files are embedded"));
}

#[test]
fn values_go_from_json_and_back() {
    let given = json!({ "b": [1, 2.5, null, true, "x"], "a": { "z": {}, "ä": [] } });
    let back = evaluate(settings(), |evaluator| -> Result<_, EvalError> {
        let value = evaluator.value_from_json(&given);
        evaluator.to_json(value)
    });
    assert_eq!(back.expect("JSON converts").to_string(), r#"{"a":{"z":{},"ä":[]},"b":[1,2.5,null,true,"x"]}"#);
}
