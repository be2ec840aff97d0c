//! What TOML 1.1 allows and TOML 1.0, which Nix reads, does not.
//!
//! Looks at texts that are known to be TOML 1.1: line breaks, comments and trailing commas in inline tables, and the
//! escapes `\e` and `\x`. Times without seconds are refused with all other times.

/// A text and what is open at the current place.
struct Scanner<'t> {
    rest: &'t [u8],
    /// The brackets around it.
    open: Vec<u8>,
    /// The last byte that is neither space nor comment.
    last: u8,
}

/// Names the first use of newer syntax.
pub(super) fn find(text: &str) -> Option<&'static str> {
    let mut scanner = Scanner { rest: text.as_bytes(), open: Vec::new(), last: 0 };
    while let Some((byte, rest)) = scanner.rest.split_first() {
        scanner.rest = rest;
        let found = match byte {
            b'"' => scanner.string(b'"'),
            b'\'' => scanner.string(b'\''),
            _ => scanner.outside(*byte),
        };
        if found.is_some() {
            return found;
        }
        if !byte.is_ascii_whitespace() {
            scanner.last = *byte;
        }
    }
    None
}

impl Scanner<'_> {
    fn outside(&mut self, byte: u8) -> Option<&'static str> {
        let in_table = self.open.last() == Some(&b'{');
        match byte {
            b'\n' if in_table => return Some("an inline table must be on one line"),
            b'#' if in_table => return Some("an inline table must hold no comment"),
            b'}' if self.last == b',' => return Some("an inline table must not end with a comma"),
            b'#' => {
                let len = self.rest.iter().take_while(|byte| **byte != b'\n').count();
                self.rest = &self.rest[len..];
            }
            b'[' | b'{' => self.open.push(byte),
            b']' | b'}' => {
                self.open.pop();
            }
            _ => {}
        }
        None
    }

    /// Skips the rest of a string.
    fn string(&mut self, quote: u8) -> Option<&'static str> {
        let triple = [quote; 3];
        let end: &[u8] = if self.rest.starts_with(&triple[..2]) { &triple } else { &triple[..1] };
        self.rest = &self.rest[end.len() - 1..];
        while !self.rest.is_empty() && !self.rest.starts_with(end) {
            let is_escape = quote == b'"' && self.rest[0] == b'\\';
            if is_escape && matches!(self.rest.get(1), Some(b'e' | b'x')) {
                return Some("a string must not contain the escapes \\e and \\x");
            }
            self.rest = &self.rest[if is_escape { 2.min(self.rest.len()) } else { 1 }..];
        }
        self.rest = &self.rest[end.len().min(self.rest.len())..];
        // Up to two quotes may stand right before the three that end a string.
        while end.len() == triple.len() && self.rest.first() == Some(&quote) {
            self.rest = &self.rest[1..];
        }
        None
    }
}
