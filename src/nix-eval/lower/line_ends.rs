//! A carriage return alone ends a comment in Nix; rnix knows only line feeds.

use std::borrow::Cow;

use rnix::SyntaxKind;

/// The most comments of this kind that are looked for: each costs a pass over the text.
const MOST: usize = 100;

/// The text with such carriage returns as line feeds; everything stays at its offset.
pub(super) fn normalized(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    if !text.contains('\r') {
        return text;
    }
    for _ in 0..MOST {
        let Some(at) = comment_with_return(&text) else { break };
        text.to_mut().replace_range(at..=at, "\n");
    }
    text
}

/// The offset of the first lone carriage return in a `#` comment.
fn comment_with_return(text: &str) -> Option<usize> {
    let mut offset = 0;
    for (kind, token) in rnix::tokenize(text) {
        if kind == SyntaxKind::TOKEN_COMMENT && token.starts_with('#') {
            let lone = token.match_indices('\r').map(|(at, _)| at).find(|at| *at + 1 < token.len());
            if let Some(at) = lone {
                return Some(offset + at);
            }
        }
        offset += token.len();
    }
    None
}
