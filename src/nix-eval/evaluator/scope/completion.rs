//! What can follow the text before the cursor: attributes of a set, or variables.

use std::path::Path;
use std::sync::Arc;

use super::Scope;
use crate::evaluator::Evaluator;
use crate::value::Value;

/// A completion may take no longer than this many calls.
const MOST_CALLS: u64 = 1_000_000;

/// Words of the language.
const KEYWORDS: [&str; 10] = ["assert", "else", "if", "import", "in", "inherit", "let", "rec", "then", "with"];

/// Candidates for the word before the cursor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completions {
    /// Where in the text the word begins.
    pub start: usize,
    /// What it can become, in alphabetical order.
    pub words: Vec<String>,
}

impl<'a> Evaluator<'a> {
    /// Completes the last word of a text. `a.b.c` evaluates `a.b` for its attributes, silently and with bounds.
    pub fn complete(&mut self, scope: &Scope<'a>, before: &str, base: &Path) -> Completions {
        let path = &before[path_start(before)..];
        match split(path) {
            Some((set, word)) => {
                let start = before.len() - word.len();
                let typed = word.trim_start_matches('"');
                let names = self.attributes_of(scope, set, base);
                let names = names.into_iter().filter(|name| name.starts_with(typed)).map(quoted);
                Completions { start, words: sorted(names.collect()) }
            }
            None => {
                let names = scope.names.iter().chain(self.globals.keys()).map(|name| self.symbols.text(*name));
                let names = names.map(std::borrow::Cow::into_owned).chain(KEYWORDS.map(str::to_owned));
                let words = names.filter(|name| name.starts_with(path) && !path.is_empty()).collect();
                Completions { start: before.len() - path.len(), words: sorted(words) }
            }
        }
    }

    fn attributes_of(&mut self, scope: &Scope<'a>, text: &str, base: &Path) -> Vec<String> {
        let fuel = self.settings.fuel.replace(MOST_CALLS);
        let trace = std::mem::replace(&mut self.settings.trace, Arc::new(|_| {}));
        let value = self.eval_in(scope, text, base);
        self.settings.trace = trace;
        self.settings.fuel = fuel;
        match value.map(|value| value.0) {
            Ok(Value::Attrs(set)) => {
                set.entries(self.arena).iter().map(|attr| self.symbols.text(attr.name).into_owned()).collect()
            }
            _ => Vec::new(),
        }
    }
}

fn sorted(mut words: Vec<String>) -> Vec<String> {
    words.sort_unstable();
    words.dedup();
    words
}

/// A name as it is written in an attribute path.
fn quoted(name: String) -> String {
    let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(is_name_part);
    if is_plain { name } else { format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\"")) }
}

fn is_name_part(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '\'')
}

/// Where the attribute path at the end of a text begins; quoted steps belong to it.
fn path_start(text: &str) -> usize {
    let mut start = text.len();
    let mut is_quoted = text.matches('"').count() % 2 == 1;
    for (at, c) in text.char_indices().rev() {
        match c {
            '"' => is_quoted = !is_quoted,
            c if is_quoted || is_name_part(c) || c == '.' => {}
            _ => break,
        }
        start = at;
    }
    start
}

/// The path before its last dot outside quotes, and what follows.
fn split(path: &str) -> Option<(&str, &str)> {
    let mut is_quoted = false;
    let dots = path.char_indices().filter(|(_, c)| {
        is_quoted ^= *c == '"';
        *c == '.' && !is_quoted
    });
    let (dot, _) = dots.last()?;
    (dot > 0).then(|| (&path[..dot], &path[dot + 1..]))
}
