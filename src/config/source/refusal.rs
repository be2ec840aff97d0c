//! From what an evaluation says to what a person needs: the place in their own file, without our modules' inside.

use std::{collections::BTreeSet, path::Path};

use model::SourcePos;
use nix_eval::{ErrorKind, EvalError, Frame, Position};

use super::bundled::PREFIX;
use crate::{
    manifest::Positions,
    problem::{Problem, SourceProblem},
};

/// A problem and its place.
pub(crate) type Placed = (Problem, Option<SourcePos>);

/// How the modules introduce assertions that failed.
const FAILED: &str = "Failed assertions:";

/// Whether the modules refused the configuration by assertions.
pub(super) fn is_assertion(error: &EvalError) -> bool {
    *error.kind() == ErrorKind::Throw && error.message().starts_with(FAILED)
}

/// One problem an assertion, at the option that it begins with.
pub(super) fn assertions(error: &EvalError, positions: Option<&Positions>) -> Vec<Placed> {
    let messages = error.message().trim_start_matches(FAILED).split("\n- ").map(str::trim).filter(|m| !m.is_empty());
    messages
        .map(|message| {
            let path = message.trim_start_matches("hypervisor.").split([':', ',', ' ']).next().unwrap_or_default();
            let path: Vec<&str> = path.split('.').collect();
            let at = positions.and_then(|positions| positions.of(&path)).cloned();
            (SourceProblem::Assertion { message: plain(message) }.into(), at)
        })
        .collect()
}

/// The problem that an error of the evaluation is.
pub(super) fn problem(error: EvalError) -> Placed {
    let own = error.location().is_some_and(|location| is_ours(&location.position));
    match error.kind() {
        ErrorKind::Throw if own => from_modules(error),
        ErrorKind::InfiniteRecursion { cycle } => {
            let at = cycle.iter().chain(error.frames()).filter_map(|frame| frame.position.as_ref());
            let at = at.clone().find(|position| !is_ours(position)).map(place);
            (SourceProblem::Recursion { cycle: needs(cycle, &error) }.into(), at)
        }
        _ if own => {
            let outside = error.frames().iter().filter_map(|frame| frame.position.as_ref());
            let at = outside.clone().find(|position| !is_ours(position)).map(place);
            (SourceProblem::Evaluation(error).into(), at)
        }
        _ => (SourceProblem::Evaluation(error).into(), None),
    }
}

/// What the module system says: a sentence, perhaps a hint, and where the definitions are.
fn from_modules(error: EvalError) -> Placed {
    let message = error.message();
    let at = message.split("- In `").nth(1).or_else(|| message.split("\n- `").nth(1)).and_then(written);
    let at = at.or_else(|| beginning_of_module(message));
    let at = at.or_else(|| {
        let frames = error.frames().iter().filter_map(|frame| frame.position.as_ref());
        frames.clone().find(|position| !is_ours(position)).map(place)
    });
    let text = plain(message.split(" Definition values:").next().unwrap_or(message));
    // A hint is a sentence of its own: those of the modules begin like this.
    let hints = [" Did you mean ", " There are: ", " Set `", " Remove ", " It needs "];
    let split = hints.iter().filter_map(|word| text.find(word)).min();
    let (what, hint) = match split {
        Some(at) => (text[..at].to_owned(), Some(hint_of(&text[at..]))),
        None => (text, None),
    };
    let what = sentence(&what);
    let problem = if what.contains("does not exist") {
        SourceProblem::UnknownOption { what, hint }
    } else if what.contains("is not of type") || what.contains("cannot be") {
        SourceProblem::WrongType { what, hint: hint.or_else(|| found(message)) }
    } else if what.contains("not defined") {
        SourceProblem::MissingOption { what, hint }
    } else {
        SourceProblem::Modules { what, hint }
    };
    (problem.into(), at)
}

/// The beginning of the module whose argument nobody provides.
fn beginning_of_module(message: &str) -> Option<SourcePos> {
    let (file, rest) = message.strip_prefix("The module `")?.split_once('\'')?;
    let is_file = rest.starts_with(" takes the argument") && file.starts_with('/');
    is_file.then(|| SourcePos { file: file.into(), line: 1, column: 1 })
}

/// A hint as a fragment, without the places it lists.
fn hint_of(text: &str) -> String {
    let text = text.split(" in:\n").next().unwrap_or(text).trim();
    if text.ends_with('?') { lower_case(text) } else { sentence(text) }
}

/// The value that was found, where the message shows one that is short.
fn found(message: &str) -> Option<String> {
    let (_, values) = message.split_once("- In `")?;
    let (_, value) = values.split_once("': ")?;
    (!value.contains('\n')).then(|| format!("found {}", value.trim()))
}

/// The cycle in names of the user's own files, or else the option that needs itself.
fn needs(cycle: &[Frame], error: &EvalError) -> String {
    let visible = |frame: &&Frame| frame.position.as_ref().is_some_and(|position| !is_ours(position));
    let visible: Vec<&Frame> = cycle.iter().filter(visible).collect();
    let mut names: Vec<String> = visible.iter().map(|frame| frame.text.replace('\'', "`")).collect();
    let distinct: BTreeSet<&String> = names.iter().collect();
    if distinct.len() + 1 < names.len() || (distinct.len() == 1 && names.len() > 1) {
        // Attributes of different sets have one name: as they are written, they can be told apart.
        names = visible.iter().map(|frame| expression(frame, error).unwrap_or_else(|| frame.text.clone())).collect();
    }
    names.dedup();
    if names.is_empty() {
        let frames = error.frames().iter();
        let option = frames.filter_map(|frame| frame.text.strip_prefix("while evaluating the option ")).next();
        let option = option.map(|option| plain(option.trim_end_matches(':')));
        return format!("{} needs itself", option.unwrap_or_else(|| "a value".to_owned()));
    }
    if names.len() == 1 || names.first() != names.last() {
        names.push(names[0].clone());
    }
    names.join(" needs ")
}

/// The expression at a frame, as it is written in the file that the error is in.
fn expression(frame: &Frame, error: &EvalError) -> Option<String> {
    let (at, location) = (frame.position.as_ref()?, error.location()?);
    let line = location.text.lines().nth(usize::try_from(at.line).ok()?.checked_sub(1)?)?;
    let rest = line.get(usize::try_from(at.column).ok()?.checked_sub(1)?..)?;
    let end = rest.find(|c: char| c.is_whitespace() || matches!(c, ';' | ')' | ']' | '}' | ',')).unwrap_or(rest.len());
    (at.file == location.position.file && end > 0).then(|| format!("`{}`", &rest[..end]))
}

/// Reads `FILE:LINE:COLUMN'`, or `FILE'` alone.
fn written(text: &str) -> Option<SourcePos> {
    let text = text.split('\'').next()?;
    let mut parts = text.rsplitn(3, ':');
    let (column, line, file) =
        (parts.next()?.parse().ok(), parts.next().and_then(|line| line.parse().ok()), parts.next());
    match (file, line, column) {
        (Some(file), Some(line), Some(column)) => Some(SourcePos { file: file.into(), line, column }),
        _ => Some(SourcePos { file: text.into(), line: 0, column: 0 }),
    }
}

/// Quotes in backticks on both sides.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut open = false;
    for c in text.chars() {
        match c {
            '`' if !open => open = true,
            '\'' if open => {
                open = false;
                plain.push('`');
                continue;
            }
            _ => {}
        }
        plain.push(c);
    }
    plain
}

/// A sentence as a fragment: lower case at its beginning, no stop at its end.
fn sentence(text: &str) -> String {
    lower_case(text.trim().trim_end_matches('.'))
}

fn lower_case(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_lowercase().chain(letters).collect(),
        None => String::new(),
    }
}

fn is_ours(position: &Position) -> bool {
    Path::new(&position.file).starts_with(PREFIX)
}

fn place(position: &Position) -> SourcePos {
    SourcePos { file: position.file.clone().into(), line: position.line, column: position.column }
}
