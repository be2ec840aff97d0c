//! Says what is wrong with a text that rnix refuses.

mod hints;

use rnix::{ParseError, SyntaxKind, TextRange};

use crate::error::ErrorKind;
use crate::error::fault::Fault;
use crate::source::Span;
use hints::Symptom;

/// Puts rnix's error into words, with its position.
pub(super) fn describe(error: &ParseError, text: &str, base: u32) -> Box<Fault> {
    let last = text.trim_end().char_indices().next_back().map_or(0, |(at, _)| at);
    let end = Span { start: base + last as u32, len: 0 };
    let at =
        |range: &TextRange| Span { start: base + u32::from(range.start()), len: first_word(text, range).len() as u32 };
    let (message, span) = match error {
        ParseError::Unexpected(range) | ParseError::UnexpectedWanted(_, range, _)
            if is_path_with_slash(text, range) =>
        {
            ("path has a trailing slash".to_owned(), at(range))
        }
        ParseError::Unexpected(range) | ParseError::UnexpectedExtra(range) => {
            (format!("syntax error, unexpected {}", quoted(text, range)), at(range))
        }
        ParseError::UnexpectedWanted(_, range, wanted) => {
            (format!("syntax error, unexpected {}{}", quoted(text, range), expecting(wanted)), at(range))
        }
        ParseError::UnexpectedDoubleBind(range) => {
            ("syntax error, the argument is bound to a name twice".to_owned(), at(range))
        }
        ParseError::UnexpectedEOF => ("syntax error, unexpected end of file".to_owned(), end),
        ParseError::UnexpectedEOFWanted(wanted) => {
            (format!("syntax error, unexpected end of file{}", expecting(wanted)), end)
        }
        ParseError::DuplicatedArgs(range, name) => (format!("duplicate formal function argument '{name}'"), at(range)),
        ParseError::RecursionLimitExceeded => ("expression is nested too deeply".to_owned(), Span::NONE),
        other => (format!("syntax error, {other}"), Span::NONE),
    };
    let hint = symptom(error, text).map(|symptom| symptom.hint()).unwrap_or_default();
    let fault = Fault::new(ErrorKind::Parse, message).at(span).help(hint.help);
    match hint.note {
        Some((range, note)) => fault.note(Span { start: base + range.start as u32, len: range.len() as u32 }, note),
        None => fault,
    }
}

/// The error that comes first in the text.
pub(super) fn first(errors: &[ParseError]) -> Option<&ParseError> {
    errors.iter().min_by_key(|error| match error {
        ParseError::Unexpected(range)
        | ParseError::UnexpectedExtra(range)
        | ParseError::UnexpectedWanted(_, range, _)
        | ParseError::UnexpectedDoubleBind(range)
        | ParseError::DuplicatedArgs(range, _) => u32::from(range.start()),
        _ => u32::MAX,
    })
}

/// What the cause of an error can be guessed from.
fn symptom<'t>(error: &'t ParseError, text: &'t str) -> Option<Symptom<'t>> {
    let (range, wanted): (Option<&TextRange>, &[SyntaxKind]) = match error {
        ParseError::Unexpected(range) | ParseError::UnexpectedExtra(range) => (Some(range), &[]),
        ParseError::UnexpectedWanted(_, range, wanted) => (Some(range), wanted),
        ParseError::UnexpectedEOF => (None, &[]),
        ParseError::UnexpectedEOFWanted(wanted) => (None, wanted),
        _ => return None,
    };
    Some(match range {
        Some(range) => Symptom { text, at: range.start().into(), found: first_word(text, range), wanted },
        None => Symptom { text, at: text.len(), found: "", wanted },
    })
}

fn is_path_with_slash(text: &str, range: &TextRange) -> bool {
    let piece = text.get(usize::from(range.start())..usize::from(range.end())).unwrap_or_default();
    let starts_as_path = ["/", "./", "../", "~/"].iter().any(|start| piece.starts_with(start));
    starts_as_path
        && piece.len() > 1
        && piece.ends_with('/')
        && !piece.contains("//")
        && !piece.contains(char::is_whitespace)
}

fn quoted(text: &str, range: &TextRange) -> String {
    let short: String = first_word(text, range).chars().take(40).collect();
    if short.is_empty() { "end of file".to_owned() } else { format!("'{short}'") }
}

/// rnix's ranges go on to where it found its way again; the first word is what it stumbled over.
fn first_word<'t>(text: &'t str, range: &TextRange) -> &'t str {
    let piece = text.get(usize::from(range.start())..usize::from(range.end())).unwrap_or_default();
    piece.split(char::is_whitespace).next().unwrap_or_default()
}

fn expecting(wanted: &[SyntaxKind]) -> String {
    if [SyntaxKind::TOKEN_L_PAREN, SyntaxKind::TOKEN_IDENT].iter().all(|kind| wanted.contains(kind)) {
        return ", expecting an expression".to_owned();
    }
    let mut names: Vec<&str> = wanted.iter().filter_map(|kind| name(*kind)).collect();
    names.dedup();
    match names.len() {
        0 => String::new(),
        1..=5 => format!(", expecting {}", names.join(" or ")),
        _ => ", expecting an expression".to_owned(),
    }
}

fn name(kind: SyntaxKind) -> Option<&'static str> {
    Some(match kind {
        SyntaxKind::TOKEN_SEMICOLON => "';'",
        SyntaxKind::TOKEN_ASSIGN => "'='",
        SyntaxKind::TOKEN_COLON => "':'",
        SyntaxKind::TOKEN_COMMA => "','",
        SyntaxKind::TOKEN_DOT => "'.'",
        SyntaxKind::TOKEN_AT => "'@'",
        SyntaxKind::TOKEN_QUESTION => "'?'",
        SyntaxKind::TOKEN_ELLIPSIS => "'...'",
        SyntaxKind::TOKEN_L_BRACE => "'{'",
        SyntaxKind::TOKEN_R_BRACE => "'}'",
        SyntaxKind::TOKEN_L_BRACK => "'['",
        SyntaxKind::TOKEN_R_BRACK => "']'",
        SyntaxKind::TOKEN_L_PAREN => "'('",
        SyntaxKind::TOKEN_R_PAREN => "')'",
        SyntaxKind::TOKEN_IDENT => "an identifier",
        SyntaxKind::TOKEN_IN => "'in'",
        SyntaxKind::TOKEN_THEN => "'then'",
        SyntaxKind::TOKEN_ELSE => "'else'",
        SyntaxKind::TOKEN_INHERIT => "'inherit'",
        SyntaxKind::TOKEN_STRING_END => "the end of the string",
        SyntaxKind::TOKEN_INTERPOL_END => "'}'",
        _ => return None,
    })
}
