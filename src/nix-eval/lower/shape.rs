//! Refuses texts that rnix would take too long or recurse too deeply for.
//!
//! rnix looks ahead from every token to the end of a run of path characters, and rowan hashes a chain of nodes anew
//! from each of them: both are quadratic, and freeing a tree recurses. Real files come nowhere near these limits.

use rnix::SyntaxKind;

use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::large_stack;
use crate::source::Span;

/// Shorter texts are harmless on a large stack.
const HARMLESS: usize = 20_000;

/// The most tokens in one chain of operators or applications, with those around it.
const LONGEST_CHAIN: usize = 20_000;

/// The most path characters in a row that are more than one token.
const LONGEST_RUN: usize = 1024;

/// What rnix's recursion and the freeing of its tree take of the stack for one level.
const BYTES_A_LEVEL: usize = 4096;

/// An open bracket, string or interpolation.
struct Level {
    kind: LevelKind,
    /// Tokens since the last `;` or `,`.
    tokens: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum LevelKind {
    /// Tokens form chains.
    Expression,
    /// Lists and strings: their parts are siblings.
    Flat,
}

/// How deep the tree at the current token may be.
struct Shape {
    levels: Vec<Level>,
    total: usize,
}

impl Shape {
    fn open(&mut self, kind: LevelKind) {
        self.levels.push(Level { kind, tokens: 0 });
        self.total += 1;
    }

    fn close(&mut self) {
        if self.levels.len() > 1
            && let Some(level) = self.levels.pop()
        {
            self.total -= level.tokens + 1;
        }
        self.add();
    }

    fn add(&mut self) {
        if let Some(level) = self.levels.last_mut().filter(|level| level.kind == LevelKind::Expression) {
            level.tokens += 1;
            self.total += 1;
        }
    }

    fn separate(&mut self) {
        if let Some(level) = self.levels.last_mut() {
            self.total -= level.tokens;
            level.tokens = 0;
        }
    }
}

/// Refuses a text whose tree could be too deep for the stack that is left, or too slow to build.
pub(super) fn check(text: &str, base: u32) -> Res<()> {
    let levels = large_stack::here().saturating_sub(large_stack::floor()) / BYTES_A_LEVEL;
    let most = levels.min(LONGEST_CHAIN);
    if text.len() < HARMLESS.min(levels) || is_plainly_harmless(text.as_bytes(), most) {
        return Ok(());
    }
    let mut shape = Shape { levels: vec![Level { kind: LevelKind::Expression, tokens: 0 }], total: 0 };
    let (mut offset, mut run_end) = (0usize, 0usize);
    for (kind, token) in rnix::tokenize(text) {
        match kind {
            SyntaxKind::TOKEN_L_BRACK | SyntaxKind::TOKEN_STRING_START => shape.open(LevelKind::Flat),
            SyntaxKind::TOKEN_L_PAREN | SyntaxKind::TOKEN_L_BRACE | SyntaxKind::TOKEN_INTERPOL_START => {
                shape.open(LevelKind::Expression);
            }
            SyntaxKind::TOKEN_R_BRACK
            | SyntaxKind::TOKEN_STRING_END
            | SyntaxKind::TOKEN_R_PAREN
            | SyntaxKind::TOKEN_R_BRACE
            | SyntaxKind::TOKEN_INTERPOL_END => shape.close(),
            SyntaxKind::TOKEN_SEMICOLON | SyntaxKind::TOKEN_COMMA => shape.separate(),
            SyntaxKind::TOKEN_WHITESPACE | SyntaxKind::TOKEN_COMMENT | SyntaxKind::TOKEN_STRING_CONTENT => {}
            _ => shape.add(),
        }
        let mut is_long_run = false;
        if kind != SyntaxKind::TOKEN_STRING_CONTENT && offset >= run_end {
            let run = text.as_bytes()[offset..].iter().take_while(|byte| is_path_byte(**byte)).count();
            run_end = offset + run;
            is_long_run = run > LONGEST_RUN && token.len() < run;
        }
        if shape.total > most || is_long_run {
            let span = Span { start: base + offset as u32, len: token.len() as u32 };
            return Err(Fault::new(ErrorKind::Parse, "expression is nested too deeply or too long").at(span));
        }
        offset += token.len();
    }
    Ok(())
}

/// Whether there are so many path characters in a row that rnix's tokenizer might take too long.
pub(super) fn has_long_run(text: &str) -> bool {
    let (mut run, mut longest) = (0, 0);
    for byte in text.bytes() {
        run = if is_path_byte(byte) { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest > LONGEST_RUN
}

/// Whether the bytes alone show that all tokens together make no chain of `most`, and no run is too long. Each token
/// begins with a sign, with a word, or within a word where a number ends.
fn is_plainly_harmless(text: &[u8], most: usize) -> bool {
    let (mut tokens, mut run, mut longest, mut before) = (0, 0, 0, b' ');
    for byte in text.iter().copied() {
        let goes_on = is_word_byte(byte) && is_word_byte(before) && (byte.is_ascii_digit() || !before.is_ascii_digit());
        tokens += usize::from(!byte.is_ascii_whitespace() && !goes_on);
        run = if is_path_byte(byte) { run + 1 } else { 0 };
        longest = longest.max(run);
        before = byte;
    }
    tokens <= most && longest <= LONGEST_RUN
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_path_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'+' | b':' | b'~')
}
