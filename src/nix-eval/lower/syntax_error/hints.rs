//! What a text that rnix refuses was probably meant to be: the bracket that is still open, the sign that is missing.

use std::ops::Range;

use rnix::SyntaxKind::{self, *};

/// A guess at the cause of a syntax error.
#[derive(Debug, Default)]
pub(super) struct Hint {
    /// What to do.
    pub(super) help: Option<String>,
    /// A place that has to do with it, and what is there.
    pub(super) note: Option<(Range<usize>, String)>,
}

/// A token with its place.
struct Token {
    kind: SyntaxKind,
    range: Range<usize>,
}

/// What a syntax error is known by.
pub(super) struct Symptom<'t> {
    pub(super) text: &'t str,
    /// Where rnix gave up; the text's length where it ended too early.
    pub(super) at: usize,
    /// The word found there; empty at the end of the text.
    pub(super) found: &'t str,
    pub(super) wanted: &'t [SyntaxKind],
}

impl Symptom<'_> {
    /// The most likely cause.
    pub(super) fn hint(&self) -> Hint {
        let tokens = tokens(self.text, self.at);
        let open = open_brackets(&tokens);
        let innermost = open.last().copied();
        let is_in = |kind| innermost.is_some_and(|token| token.kind == kind);
        let wants = |kind| self.wanted.contains(&kind);
        match self.found.chars().next() {
            None => self.at_the_end(suspect(&tokens, self.text).or(innermost), &tokens),
            Some(')' | ']' | '}') => self.wrong_closer(innermost, &tokens),
            Some(_) if wants(TOKEN_STRING_END) => still_open_last(innermost, "close it with `\"`"),
            Some(_) if is_in(TOKEN_INTERPOL_START) => still_open_last(innermost, "close it with `}`"),
            Some(',') if is_in(TOKEN_L_BRACK) => say("elements of a list are separated by spaces"),
            Some(',') if is_in(TOKEN_L_PAREN) => {
                say("arguments follow the function without parentheses and commas: `f a b`")
            }
            Some(',') if wants(TOKEN_SEMICOLON) => say("attributes end with `;`, not with `,`"),
            Some('\'') => say("strings are written \"…\", or ''…'' over several lines"),
            Some('&') => say("\"and\" is written `&&`"),
            Some('|') => say("\"or\" is written `||`"),
            Some('=') if is_condition(&tokens) || wants(TOKEN_THEN) => {
                say("`=` gives a name its value; values are compared with `==`")
            }
            Some(':') if is_in(TOKEN_L_BRACE) => say("attributes are written `name = value;`"),
            Some(';') if is_in(TOKEN_L_BRACK) => still_open_last(innermost, "a `]` is missing before this"),
            Some(';') if is_in(TOKEN_L_PAREN) => still_open_last(innermost, "a `)` is missing before this"),
            Some(';') if open.is_empty() && tokens.iter().all(|token| token.kind != TOKEN_LET) => {
                say("a file is one expression; `;` ends only attributes, `let` bindings, `with` and `assert`")
            }
            Some(_) if wants(TOKEN_SEMICOLON) => self.missing_semicolon(&tokens),
            Some(_) if wants(TOKEN_ELSE) => say("every `if` needs a `then` and an `else`"),
            Some(_) if wants(TOKEN_THEN) => say("a condition is followed by `then`"),
            Some(_) => Hint::default(),
        }
    }

    fn at_the_end(&self, innermost: Option<&Token>, tokens: &[Token]) -> Hint {
        let wants = |kind| self.wanted.contains(&kind);
        match innermost {
            Some(open) => still_open(open, format!("close it with `{}`", closer(open.kind, self.text, open))),
            None if wants(TOKEN_IN) || has_open_let(tokens) => {
                say("the bindings of a `let` are followed by `in` and an expression")
            }
            None if wants(TOKEN_ELSE) => say("every `if` needs a `then` and an `else`"),
            None if wants(TOKEN_SEMICOLON) => say("a `;` is missing at the end"),
            None if self.text.trim().is_empty() => say("a file holds one expression, for example `{ }`"),
            None => say("an expression is missing at the end"),
        }
    }

    fn wrong_closer(&self, innermost: Option<&Token>, tokens: &[Token]) -> Hint {
        let Some(open) = innermost else { return say("no bracket is open here") };
        let closer = closer(open.kind, self.text, open);
        if self.found.starts_with(closer) {
            let has_comma =
                tokens.iter().any(|token| token.kind == TOKEN_COMMA && token.range.start > open.range.start);
            return if self.wanted.contains(&TOKEN_SEMICOLON) {
                self.missing_semicolon(tokens)
            } else if open.kind == TOKEN_L_PAREN && has_comma {
                say("arguments follow the function without parentheses and commas: `f a b`")
            } else {
                Hint::default()
            };
        }
        still_open(open, format!("a `{closer}` is missing before it"))
    }

    /// The end of the value that a `;` should follow: before the name of the next binding, if the error is at its `=`.
    fn missing_semicolon(&self, tokens: &[Token]) -> Hint {
        let before = if self.found.starts_with('=') { without_path(tokens) } else { tokens };
        let Some(last) = before.last() else { return say("a `;` is missing before this") };
        let line = |at: usize| self.text[..at].matches('\n').count() + 1;
        let help = if line(last.range.end) == line(self.at) {
            "put a `;` there".to_owned()
        } else {
            format!("put a `;` at the end of line {}", line(last.range.end))
        };
        let note = "a `;` is missing after this".to_owned();
        Hint { help: Some(help), note: Some((last.range.clone(), note)) }
    }
}

fn say(help: &str) -> Hint {
    Hint { help: Some(help.to_owned()), note: None }
}

fn still_open_last(open: Option<&Token>, help: &str) -> Hint {
    open.map_or_else(|| say(help), |open| still_open(open, help.to_owned()))
}

fn still_open(open: &Token, help: String) -> Hint {
    Hint { help: Some(help), note: Some((open.range.clone(), "still open".to_owned())) }
}

/// The tokens before a place, without what means nothing.
fn tokens(text: &str, end: usize) -> Vec<Token> {
    let mut offset = 0;
    let placed = rnix::tokenize(text).map(|(kind, piece)| {
        let range = offset..offset + piece.len();
        offset = range.end;
        Token { kind, range }
    });
    let before = placed.take_while(|token| token.range.start < end);
    before.filter(|token| !matches!(token.kind, TOKEN_WHITESPACE | TOKEN_COMMENT)).collect()
}

/// What opens a bracket or string and is not closed, outermost first.
fn open_brackets(tokens: &[Token]) -> Vec<&Token> {
    let mut open = Vec::new();
    for token in tokens {
        match token.kind {
            TOKEN_L_PAREN | TOKEN_L_BRACK | TOKEN_L_BRACE | TOKEN_STRING_START | TOKEN_INTERPOL_START => {
                open.push(token);
            }
            TOKEN_R_PAREN | TOKEN_R_BRACK | TOKEN_R_BRACE | TOKEN_STRING_END | TOKEN_INTERPOL_END => {
                open.pop();
            }
            _ => {}
        }
    }
    open
}

/// A bracket whose closing one stands at the beginning of a line that is indented less than the opening one's line: the
/// closing one was probably meant for a bracket further out.
fn suspect<'t>(tokens: &'t [Token], text: &str) -> Option<&'t Token> {
    let mut open = Vec::new();
    for token in tokens {
        match token.kind {
            TOKEN_L_PAREN | TOKEN_L_BRACK | TOKEN_L_BRACE | TOKEN_STRING_START | TOKEN_INTERPOL_START => {
                open.push(token);
            }
            TOKEN_R_PAREN | TOKEN_R_BRACK | TOKEN_R_BRACE | TOKEN_STRING_END | TOKEN_INTERPOL_END => {
                let opener = open.pop()?;
                let (line, indent) = line_before(text, token.range.start);
                if line.trim().is_empty() && indent < line_before(text, opener.range.start).1 {
                    return Some(opener);
                }
            }
            _ => {}
        }
    }
    None
}

/// The part of the line before a place, and how far the line is indented.
fn line_before(text: &str, at: usize) -> (&str, usize) {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = &text[start..];
    (&text[start..at], line.len() - line.trim_start_matches([' ', '\t']).len())
}

/// Whether some `let` has no `in` yet.
fn has_open_let(tokens: &[Token]) -> bool {
    let count = |kind| tokens.iter().filter(|token| token.kind == kind).count();
    count(TOKEN_LET) > count(TOKEN_IN)
}

fn closer(kind: SyntaxKind, text: &str, open: &Token) -> &'static str {
    match kind {
        TOKEN_L_PAREN => ")",
        TOKEN_L_BRACK => "]",
        TOKEN_STRING_START if text[open.range.clone()].starts_with('\'') => "''",
        TOKEN_STRING_START => "\"",
        _ => "}",
    }
}

/// Whether the tokens end inside the condition of an `if` or `assert`.
fn is_condition(tokens: &[Token]) -> bool {
    let last = |wanted: &[SyntaxKind]| tokens.iter().rposition(|token| wanted.contains(&token.kind));
    last(&[TOKEN_IF, TOKEN_ASSERT]) > last(&[TOKEN_THEN, TOKEN_SEMICOLON, TOKEN_L_BRACE])
}

/// The tokens without the attribute path that they end with.
fn without_path(tokens: &[Token]) -> &[Token] {
    let mut rest = tokens;
    loop {
        rest = match rest {
            [before @ .., last] if last.kind == TOKEN_IDENT => before,
            [.., last] if last.kind == TOKEN_STRING_END => {
                let start = rest.iter().rposition(|token| token.kind == TOKEN_STRING_START);
                &rest[..start.unwrap_or_default()]
            }
            _ => return tokens,
        };
        match rest {
            [before @ .., last] if last.kind == TOKEN_DOT => rest = before,
            _ => return rest,
        }
    }
}
