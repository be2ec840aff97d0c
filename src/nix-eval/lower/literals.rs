//! Numbers, URIs, identifiers, and text that is not UTF-8.

use rnix::SyntaxKind::*;

use super::tree::Node;
use super::{Encoding, Lowering};
use crate::ast::Expr;
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::source::Span;
use crate::strings::Str;
use crate::value::Value;

/// The first of the characters that stand for the bytes 0x80 to 0xff.
const ESCAPE: u32 = 0x10_FE00;

/// Turns bytes that are not UTF-8 into text, each wrong byte into one private character.
pub(crate) fn escape_bytes(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().filter_map(|byte| char::from_u32(ESCAPE + u32::from(*byte))));
    }
    text
}

impl<'a> Lowering<'_, '_, 'a> {
    pub(super) fn literal(&mut self, node: Node<'_>) -> Res<Expr<'a>> {
        let span = node.span();
        let text = node.text();
        let value = match node.token() {
            TOKEN_INTEGER => {
                let value = text
                    .parse()
                    .map_err(|_| Fault::new(ErrorKind::Parse, format!("invalid integer '{text}'")).at(span))?;
                Value::Int(value)
            }
            TOKEN_FLOAT => {
                let value: f64 = text
                    .parse()
                    .map_err(|_| Fault::new(ErrorKind::Parse, format!("invalid float '{text}'")).at(span))?;
                if !value.is_finite() {
                    return Err(Fault::new(ErrorKind::Parse, format!("invalid float '{text}'")).at(span));
                }
                Value::Float(value)
            }
            _ => {
                self.lint_url(text, span)?;
                Value::Str(self.text_value(text, span)?)
            }
        };
        Ok(self.constant(value, span))
    }

    pub(super) fn constant(&self, value: Value<'a>, span: Span) -> Expr<'a> {
        Expr::Const(self.tables.arena.word(value), span)
    }

    /// A string constant of source text.
    pub(super) fn text_value(&self, text: &str, span: Span) -> Res<&'a Str<'a>> {
        self.refuse_null(text, span)?;
        let arena = self.tables.arena;
        let bytes = match self.unit.encoding {
            Encoding::Utf8 => arena.slice(text.as_bytes()),
            Encoding::Escaped => arena.slice(&unescape_bytes(text)),
        };
        Ok(arena.alloc(Str { bytes, context: None }))
    }

    pub(super) fn refuse_null(&self, text: &str, span: Span) -> Res<()> {
        if text.contains('\0') { Err(null_bytes(text).at(span)) } else { Ok(()) }
    }
}

/// The error of a text that holds a NUL.
pub(crate) fn null_bytes(text: &str) -> Box<Fault> {
    let shown = text.replace('\0', "␀");
    let message = format!("input string '{shown}' cannot be represented as Nix string because it contains null bytes");
    Fault::new(ErrorKind::Value, message)
}

fn unescape_bytes(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        match u32::from(c).checked_sub(ESCAPE) {
            Some(byte @ 0x80..=0xff) => bytes.push(byte as u8),
            _ => bytes.extend(c.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes
}
