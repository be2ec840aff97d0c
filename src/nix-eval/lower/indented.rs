//! `''…''` strings: the spaces that all lines begin with are no part of the text, nor is a first line without any.

use super::strings::{Piece, escaped};

/// What is cut off the pieces of one literal.
pub(super) struct Indentation {
    /// How many spaces every line begins with.
    spaces: usize,
    /// The piece that ends the literal.
    last: usize,
}

impl Indentation {
    pub(super) fn of(pieces: &[Piece<'_>]) -> Self {
        let mut spaces = usize::MAX;
        for (index, piece) in pieces.iter().enumerate() {
            let Piece::Text(text) = piece else {
                if index == 0 {
                    spaces = 0;
                }
                continue;
            };
            let goes_on = matches!(pieces.get(index + 1), Some(Piece::Computed(_)));
            let mut lines = without_first_line(text, index).split('\n').enumerate().peekable();
            while let Some((number, line)) = lines.next() {
                let begins_here = number > 0 || index == 0;
                let found = leading_spaces(line);
                let has_more = found < line.len() || (goes_on && lines.peek().is_none());
                if begins_here && has_more {
                    spaces = spaces.min(found);
                }
            }
        }
        Self { spaces, last: pieces.len().saturating_sub(1) }
    }

    /// The text of the piece at `index`, itself without its first line, with its escapes resolved.
    pub(super) fn without(&self, text: &str, index: usize) -> String {
        let mut plain = String::with_capacity(text.len());
        for (number, line) in text.split_inclusive('\n').enumerate() {
            let begins_here = number > 0 || index == 0;
            let cut = if begins_here { leading_spaces(line).min(self.spaces) } else { 0 };
            plain.push_str(&line[cut..]);
        }
        if index == self.last
            && let Some(end) = plain.rfind('\n')
            && plain[end + 1..].bytes().all(|byte| byte == b' ')
        {
            plain.truncate(end + 1);
        }
        if plain.contains("''") { unescape(&plain) } else { plain }
    }
}

/// The text without its first line, if that is the literal's first and holds nothing but spaces.
pub(super) fn without_first_line(text: &str, index: usize) -> &str {
    match text.split_once('\n') {
        Some((first, rest)) if index == 0 && leading_spaces(first) == first.len() => rest,
        _ => text,
    }
}

fn leading_spaces(line: &str) -> usize {
    line.bytes().take_while(|byte| *byte == b' ').count()
}

/// Resolves `'''`, `''$` and `''\` with the letter behind it.
fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("''") {
        out.push_str(before);
        let mut letters = after.chars();
        match letters.next() {
            Some('\'') => out.push_str("''"),
            Some('\\') => out.extend(letters.next().map(escaped)),
            Some(other) => out.push(other),
            None => {}
        }
        rest = letters.as_str();
    }
    out + rest
}
