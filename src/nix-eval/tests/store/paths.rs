//! What paths lead to, links and trailing slashes included: equal to Nix's answers.

use std::os::unix::fs::symlink;
use std::path::Path;

use nix_eval::{SearchPathEntry, Settings};

use super::oracle::Oracle;
use super::{json, quiet};

/// A folder with files, folders and links of all kinds.
fn site() -> tempfile::TempDir {
    let site = tempfile::tempdir().expect("there is room for a folder");
    let at = |name: &str| site.path().join(name);
    let done = std::fs::create_dir_all(at("dir/inner"))
        .and_then(|()| std::fs::write(at("file"), "text"))
        .and_then(|()| std::fs::write(at("dir/default.nix"), "\"dir\""))
        .and_then(|()| std::fs::write(at("dir/value.nix"), "toString ./."))
        .and_then(|()| symlink("file", at("to-file")))
        .and_then(|()| symlink("dir", at("to-dir")))
        .and_then(|()| symlink("to-dir", at("to-to-dir")))
        .and_then(|()| symlink("nowhere", at("broken")))
        .and_then(|()| symlink("loop", at("loop")))
        .and_then(|()| symlink("../file", at("dir/up")))
        .and_then(|()| symlink("../value.nix", at("dir/inner/link.nix")));
    done.expect("the folder is ours");
    site
}

/// Compares each expression with Nix; `SITE` stands for the folder.
#[track_caller]
fn compare(expressions: &[String], settings: &dyn Fn(&Path) -> Settings, words: &dyn Fn(&Path) -> Vec<String>) {
    let Some(oracle) = Oracle::in_place() else { return };
    let site = site();
    let here = site.path().to_string_lossy().into_owned();
    let mut wrong = String::new();
    for expression in expressions {
        let expression = expression.replace("SITE", &here);
        let ours = json(&expression, site.path(), settings(site.path()));
        let options = words(site.path());
        let mut all = vec!["--eval", "--strict", "--json", "--read-write-mode", "--expr", expression.as_str()];
        all.extend(options.iter().map(String::as_str));
        let theirs = oracle.run("nix-instantiate", &all, site.path());
        let first =
            |said: Result<String, String>| said.map_err(|error| error.lines().next().unwrap_or_default().to_owned());
        let (ours, theirs) = (first(ours), first(theirs));
        if ours != theirs {
            wrong.push_str(&format!("{expression}\n  ours   {ours:?}\n  theirs {theirs:?}\n").replace(&here, "SITE"));
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Several questions in one expression, so that Nix is started once; a failing one is `null`.
fn asked(function: &str, arguments: &[&str]) -> String {
    let items: Vec<_> = arguments.iter().map(|argument| format!("({function} ({argument}))")).collect();
    format!("[ {} ]", items.join(" "))
}

const NAMES: [&str; 12] = [
    "file",
    "dir",
    "to-file",
    "to-dir",
    "to-to-dir",
    "broken",
    "dir/up",
    "to-dir/up",
    "to-dir/inner",
    "nothing",
    "nothing/below",
    "dir/inner/link.nix",
];

#[test]
fn what_exists_is_told_as_nix_tells_it() {
    let paths = NAMES.map(|name| format!("./{name}"));
    let strings = ["", "/", "/.", "//", "/..", "/./"].map(|end| NAMES.map(|name| format!("\"SITE/{name}{end}\"")));
    let concatenated = NAMES.map(|name| format!("./. + \"/{name}/\""));
    let all: Vec<&str> =
        paths.iter().chain(strings.iter().flatten()).chain(&concatenated).map(String::as_str).collect();
    let listed = NAMES.iter().filter(|name| ["dir", "to-dir", "to-to-dir", "to-dir/inner"].contains(name));
    let listed: Vec<_> = listed.flat_map(|name| [format!("./{name}"), format!("\"SITE/{name}/\"")]).collect();
    let listed: Vec<&str> = listed.iter().map(String::as_str).collect();
    let direct = NAMES.iter().filter(|name| !name.starts_with("nothing") && !name.starts_with("to-dir/"));
    let direct: Vec<_> = direct.flat_map(|name| [format!("./{name}"), format!("\"SITE/{name}/\"")]).collect();
    let direct: Vec<&str> = direct.iter().map(String::as_str).collect();
    let expressions = [
        asked("builtins.pathExists", &all),
        asked("builtins.readDir", &listed),
        asked("builtins.readFileType", &direct),
        "builtins.readFileType ./to-dir/up".to_owned(),
        "builtins.readFileType \"SITE/to-to-dir/inner/\"".to_owned(),
        asked("builtins.readFile", &["./file", "./to-file", "./dir/up", "./to-dir/up", "./to-to-dir/up"]),
        asked(
            "import",
            &[
                "./dir",
                "./to-dir",
                "./dir/value.nix",
                "./to-dir/value.nix",
                "./dir/inner/link.nix",
                "./to-to-dir/inner/link.nix",
            ],
        ),
        asked("baseNameOf", &["\"\"", "\"/\"", "\"a/\"", "\"a//\"", "\"/a\"", "./to-dir", "\"a/.\""]),
        asked("dirOf", &["\"\"", "\"/\"", "\"a/\"", "\"a//b\"", "\"/a\"", "\"a\""]),
        asked("toString", &["./to-dir/../file", "./dir/./inner/..", "/. + \"/a/../b/\"", "dirOf ./to-dir", "dirOf /."]),
        asked("builtins.hashFile \"md5\"", &["./file", "./to-file"]),
        asked("x: \"${x}\"", &["./file", "./to-file", "./to-dir/value.nix", "./dir", "./broken"]),
        asked(
            "x: builtins.path { path = x; name = \"n\"; }",
            &["./file", "./to-file", "./to-dir", "\"SITE/to-to-dir/\""],
        ),
    ];
    compare(&expressions, &|_| quiet(), &|_| Vec::new());
}

#[test]
fn what_fails_fails_as_in_nix() {
    let expressions = [
        "builtins.readFile ./nothing",
        "builtins.readDir ./nothing",
        "builtins.readFileType ./nothing",
        "builtins.pathExists \"relative\"",
        "builtins.pathExists 1",
        "builtins.readFile \"relative\"",
        "import ./nothing",
        "\"${./nothing}\"",
        "builtins.toPath \"x\"",
        "builtins.findFile [ ] \"x\"",
        "<x>",
        "builtins.findFile [ { } ] \"x\"",
        "builtins.findFile [ 1 ] \"x\"",
        "builtins.filterSource (x: y: true) \"relative\"",
    ];
    compare(&expressions.map(str::to_owned), &|_| quiet(), &|_| Vec::new());
}

#[test]
fn the_search_path_is_searched_as_nix_does() {
    let entries = |site: &Path| {
        let at = |name: &str| site.join(name).display().to_string();
        vec![
            format!("a={}", at("nothing")),
            format!("a={}", at("dir")),
            format!("a/deep={}", at("to-dir")),
            at("to-dir"),
            at(""),
        ]
    };
    let settings = |site: &Path| {
        let search_path = entries(site).iter().map(|entry| SearchPathEntry::parse(entry)).collect();
        Settings { search_path, ..quiet() }
    };
    let words = |site: &Path| entries(site).into_iter().flat_map(|entry| ["-I".to_owned(), entry]).collect();
    let expressions = [
        "map toString [ <a> <a/inner> <a/deep> <a/deep/inner> <value.nix> <file> <to-file> <inner/link.nix> <dir> ]"
            .to_owned(),
        "<ab>".to_owned(),
        "<a/none>".to_owned(),
        "map (x: x.prefix) builtins.nixPath".to_owned(),
        "toString (builtins.findFile [ { path = ./dir; prefix = \"p\"; } { path = \"SITE\"; } ] \"p/value.nix\")"
            .to_owned(),
        "toString (builtins.findFile [ { path = ./dir; prefix = \"p\"; } { path = \"SITE\"; } ] \"file\")".to_owned(),
        "toString (builtins.findFile [ { path = ./to-dir; prefix = \"p/q\"; } ] \"p/q\")".to_owned(),
        "builtins.findFile [ { path = ./to-dir; prefix = \"p\"; } ] \"pq\"".to_owned(),
    ];
    compare(&expressions, &settings, &words);
}
