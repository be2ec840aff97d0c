//! Where an option is defined in the files that an error of a module system names.
//!
//! nixpkgs' `lib` says which option is wrong and in which files it is defined, but not where in them. The files have
//! been parsed once already, so their text is searched for the option's path.

use std::ops::Range;

use rnix::ast::{self, Attr, AttrpathValue, Entry, HasEntry};
use rowan::ast::AstNode;

/// What a module system says of an option: its path and the files with its definitions.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Complaint {
    pub(super) option: String,
    pub(super) files: Vec<String>,
}

impl Complaint {
    /// Reads "… option `a.b' …" with lines "- In `FILE': …"; without them where the option is not defined at all.
    pub(super) fn of(message: &str) -> Option<Self> {
        let option = quoted(message.split_once("option ")?.1)?;
        let files = message.split("\n- In ").skip(1).chain(message.split("\n    - In ").skip(1));
        let mut files: Vec<String> = files.filter_map(quoted).map(str::to_owned).collect();
        files.dedup();
        let is_missing = message.contains("has no value defined");
        (is_missing || !files.is_empty()).then(|| Self { option: option.to_owned(), files })
    }
}

/// What stands between a backtick and the quote that follows it, at the beginning of a text.
fn quoted(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('`')?;
    inner.find(['\'', '`']).map(|end| &inner[..end])
}

/// Finds the definitions of an option in a module's text: the ranges of their names.
pub(super) fn find(text: &str, option: &str) -> Vec<Range<usize>> {
    let path = names(option);
    let parse = rnix::Root::parse(text);
    let mut found = Vec::new();
    if parse.errors().is_empty()
        && let Some(expr) = parse.tree().expr()
    {
        search(&expr, &path, Level::Module, &mut found);
    }
    found
}

/// Whether a set is a whole module, where `config` can stand before the options.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Module,
    Inside,
}

/// The names of an option's path; quotes keep dots.
fn names(option: &str) -> Vec<String> {
    let (mut names, mut name, mut is_quoted) = (Vec::new(), String::new(), false);
    for letter in option.chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            '.' if !is_quoted => names.push(std::mem::take(&mut name)),
            letter => name.push(letter),
        }
    }
    names.push(name);
    names
}

fn search(expr: &ast::Expr, path: &[String], level: Level, found: &mut Vec<Range<usize>>) {
    let mut inside = |inner: Option<ast::Expr>| {
        if let Some(inner) = inner {
            search(&inner, path, level, found);
        }
    };
    match expr {
        ast::Expr::AttrSet(set) => {
            for entry in set.entries() {
                if let Entry::AttrpathValue(binding) = entry {
                    search_binding(&binding, path, level, found);
                }
            }
        }
        ast::Expr::Lambda(lambda) => inside(lambda.body()),
        ast::Expr::LetIn(binding) => inside(binding.body()),
        ast::Expr::With(with) => inside(with.body()),
        ast::Expr::Assert(assert) => inside(assert.body()),
        ast::Expr::Paren(paren) => inside(paren.expr()),
        ast::Expr::IfElse(branch) => {
            inside(branch.body());
            inside(branch.else_body());
        }
        // mkIf condition { … }, mkMerge [ … ], mkForce { … }
        ast::Expr::Apply(apply) => inside(apply.argument()),
        ast::Expr::List(list) => list.items().for_each(|item| inside(Some(item))),
        ast::Expr::BinOp(operation) => {
            inside(operation.lhs());
            inside(operation.rhs());
        }
        _ => {}
    }
}

fn search_binding(binding: &AttrpathValue, path: &[String], level: Level, found: &mut Vec<Range<usize>>) {
    let Some(attrpath) = binding.attrpath() else { return };
    let mut rest = path;
    for (index, attr) in attrpath.attrs().enumerate() {
        let name = name_of(&attr);
        if index == 0 && level == Level::Module && name.as_deref() == Some("config") {
            continue;
        }
        let Some((wanted, others)) = rest.split_first() else { break };
        // A computed name, and one that the message leaves open, may be any.
        let is_any = name.is_none() || wanted.starts_with('<');
        if !is_any && name.as_ref() != Some(wanted) {
            return;
        }
        rest = others;
    }
    if rest.is_empty() {
        let range = attrpath.syntax().text_range();
        found.push(range.start().into()..range.end().into());
    } else if let Some(value) = binding.value() {
        search(&value, rest, Level::Inside, found);
    }
}

fn name_of(attr: &Attr) -> Option<String> {
    match attr {
        Attr::Ident(ident) => ident.ident_token().map(|token| token.text().to_owned()),
        Attr::Str(text) => match text.normalized_parts().as_slice() {
            [ast::InterpolPart::Literal(text)] => Some(text.clone()),
            _ => None,
        },
        Attr::Dynamic(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{Complaint, find};

    #[track_caller]
    fn check(text: &str, option: &str, expected: &[&str]) {
        let found: Vec<&str> = find(text, option).into_iter().map(|range| &text[range]).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_definition_is_found_through_whatever_modules_wrap_it_in() {
        check("{ a.b = 1; a.c = 2; }", "a.b", &["a.b"]);
        check("{ lib, ... }: { config = lib.mkIf true { a = { b = 1; }; }; }", "a.b", &["b"]);
        check("let x = 1; in { config.a = lib.mkMerge [ { b = x; } ({ b = 2; }) ]; }", "a.b", &["b", "b"]);
        check(
            "{ units.${name}.size = 1; units.\"x.y\".size = 2; }",
            "units.\"x.y\".size",
            &["units.${name}.size", "units.\"x.y\".size"],
        );
        check("{ a.b.c = 1; }", "a.b", &["a.b.c"]);
        check("{ a.x = 1; }", "a.b", &[]);
    }

    #[test]
    fn the_option_and_its_files_are_read_from_the_message() {
        let message = "A definition for option `a.b' is not of type `string'. Definition values:\n- In `/x/one.nix': 1\n- In `/x/two.nix': 2";
        let files = vec!["/x/one.nix".to_owned(), "/x/two.nix".to_owned()];
        assert_eq!(Complaint::of(message), Some(Complaint { option: "a.b".to_owned(), files }));
        assert_eq!(Complaint::of("nothing of the kind"), None);
    }
}
