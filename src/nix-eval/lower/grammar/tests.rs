//! The tree against rnix's own.

use std::path::{Path, PathBuf};

use expect_test::expect;
use rnix::SyntaxKind::{self, *};
use rnix::{SyntaxNode, WalkEvent};

use super::super::{ahead, syntax_tree, tree::Node};
use super::{Refusal, parse};
use crate::source::Span;

/// A node's kind and where it begins and ends.
type Place = (SyntaxKind, u32, u32);

fn places_of_ours(node: Node<'_>, places: &mut Vec<Place>) {
    let span = node.span();
    // Leaves of strings and paths are tokens to rnix.
    if node.kind() >= NODE_APPLY {
        places.push((node.kind(), span.start, span.start + span.len));
    }
    node.children().for_each(|child| places_of_ours(child, places));
}

fn places_of_rnix(root: &SyntaxNode) -> Vec<Place> {
    let nodes = root.preorder().filter_map(|event| match event {
        WalkEvent::Enter(node) if node.kind() != NODE_ROOT => Some(node),
        _ => None,
    });
    let place = |node: SyntaxNode| {
        let range = node.text_range();
        (node.kind(), range.start().into(), range.end().into())
    };
    nodes.map(place).collect()
}

/// Compares the two trees of a text; says whether there are any.
#[track_caller]
fn compare(text: &str) -> bool {
    let theirs = rnix::Root::parse(text);
    match parse(text, 0) {
        Ok(tree) => {
            assert_eq!(theirs.errors(), [], "rnix refuses {text}");
            check_bytes(text, tree.root().expect("a text that parses has a tree"));
            let mut ours = Vec::new();
            places_of_ours(tree.root().expect("a text that parses has a tree"), &mut ours);
            let theirs = places_of_rnix(&theirs.syntax());
            let difference = ours.iter().zip(&theirs).find(|(ours, theirs)| ours != theirs);
            assert!(difference.is_none() && ours.len() == theirs.len(), "{difference:?} in {text}");
            true
        }
        Err(Refusal::Syntax(_)) => {
            assert!(!theirs.errors().is_empty(), "rnix accepts {text}");
            false
        }
        Err(Refusal::TooDeep(_)) => panic!("{text} is not deep"),
    }
}

/// Compares a text's tree with the one that its bytes give.
#[track_caller]
fn check_bytes(text: &str, root: Node<'_>) {
    let Some(bytes) = syntax_tree(text) else { return };
    let again = ahead::read(&bytes, text, 0).expect("bytes that were written can be read");
    assert_eq!(drawn(root), drawn(again.root().expect("it has a tree")), "{text}");
}

/// A node with all that is below it.
fn drawn(node: Node<'_>) -> String {
    let below: String = node.children().map(drawn).collect();
    let Span { start, len } = node.span();
    format!("{:?} {:?} {start}+{len} ({below})", node.kind(), node.token())
}

fn files(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder is part of the repository") {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            files(&path, extension, found);
        } else if path.extension().is_some_and(|other| other == extension) {
            found.push(path);
        }
    }
}

#[test]
fn the_trees_of_the_corpus_are_those_of_rnix() {
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus"), "txt", &mut found);
    let (mut trees, mut refused) = (0, 0);
    for path in found {
        let text = std::fs::read_to_string(&path).expect("the corpus is UTF-8");
        for case in text.split("\n\n") {
            let source = case.lines().take_while(|line| !line.starts_with("=> ") && !line.starts_with("!! "));
            let source: String = source.map(|line| format!("{line}\n")).collect();
            // Of these rnix makes something else than Nix does.
            let is_known = ["let {", "/a ${", "(1 ]", "b~/c"].iter().any(|part| source.contains(part));
            if !is_known && compare(&source) {
                trees += 1;
            } else {
                refused += 1;
            }
        }
    }
    assert!(trees > 1000 && refused > 20, "{trees} trees, {refused} refused");
}

#[test]
fn the_trees_of_the_modules_are_those_of_rnix() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    files(&root.join("nix"), "nix", &mut found);
    files(&root.join("modules"), "nix", &mut found);
    for path in &found {
        assert!(compare(&std::fs::read_to_string(path).expect("modules are UTF-8")), "{} parses", path.display());
    }
    assert!(found.len() > 20);
}

#[test]
fn operators_bind_as_rnix_has_it() {
    const BINARY: [&str; 17] =
        ["<|", "|>", "->", "||", "&&", "==", "!=", "<", "<=", ">", ">=", "//", "+", "-", "*", "++", "? b."];
    const BEFORE: [&str; 3] = ["", "!", "-"];
    for first in BINARY {
        for second in BINARY {
            for third in ["", "+ d", "// d", "< d", "? d"] {
                for before in BEFORE {
                    compare(&format!("{before}a {first} {before}b {second} c {third}"));
                }
            }
        }
    }
}

#[test]
fn what_is_no_tree_is_refused_where_it_goes_wrong() {
    let place = |text: &str| match parse(text, 0) {
        Err(Refusal::Syntax(at)) => format!("{text}\n{}^\n", " ".repeat(at)),
        _ => format!("{text} is not refused\n"),
    };
    let texts = ["{ a = 1 }", "[ 1", "(1", "let a = 1; b", "x: ", "./a ${b}", "a < b < c", "{ a, b }", "{ a = \"${b"];
    let places: String = texts.into_iter().map(place).collect();
    expect![[r#"
        { a = 1 }
                ^
        [ 1
           ^
        (1
          ^
        let a = 1; b
                    ^
        x: 
           ^
        ./a ${b}
            ^
        a < b < c
              ^
        { a, b }
                ^
        { a = "${b
                  ^
    "#]]
    .assert_eq(&places);
}
