//! String literals of both kinds.

use std::borrow::Cow;

use rnix::SyntaxKind::*;

use super::tree::Node;
use super::{Lowering, indented, present};
use crate::ast::{Expr, Interpolate, Part};
use crate::error::fault::Res;
use crate::value::Value;

/// A piece of a literal as it is written.
pub(super) enum Piece<'t> {
    Text(&'t str),
    /// `${…}`
    Computed(Node<'t>),
}

impl<'a> Lowering<'_, '_, 'a> {
    pub(super) fn string(&mut self, node: Node<'_>) -> Res<Expr<'a>> {
        let span = node.span();
        let is_indented = node.text().starts_with("''");
        let parts = if is_indented { self.indented_parts(node)? } else { self.plain_parts(node)? };
        Ok(match parts[..] {
            [] => self.constant(Value::Str(self.text_value("", span)?), span),
            [Part::Text(text)] => self.constant(Value::Str(text), span),
            _ => {
                let parts = self.tables.arena.slice(&parts);
                Expr::Interpolate(self.tables.arena.alloc(Interpolate { parts, span }))
            }
        })
    }

    fn plain_parts(&mut self, node: Node<'_>) -> Res<Vec<Part<'a>>> {
        let mut parts = Vec::new();
        for piece in pieces(node) {
            parts.push(match piece {
                Piece::Text(text) => Part::Text(self.text_value(&unescape(text), node.span())?),
                Piece::Computed(inner) => self.interpolation(inner)?,
            });
        }
        Ok(parts)
    }

    fn indented_parts(&mut self, node: Node<'_>) -> Res<Vec<Part<'a>>> {
        let pieces: Vec<Piece<'_>> = pieces(node).collect();
        let mut parts = Vec::with_capacity(pieces.len());
        let indentation = indented::Indentation::of(&pieces);
        for (index, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Text(text) => {
                    let text = indented::without_first_line(text, index);
                    self.refuse_null(text, node.span())?;
                    let text = indentation.without(text, index);
                    if !text.is_empty() {
                        parts.push(Part::Text(self.text_value(&text, node.span())?));
                    }
                }
                Piece::Computed(inner) => parts.push(self.interpolation(*inner)?),
            }
        }
        Ok(parts)
    }

    pub(super) fn interpolation(&mut self, node: Node<'_>) -> Res<Part<'a>> {
        let inner = present(node.expr(0), node.span())?;
        Ok(Part::Expr(self.expr(inner)?, inner.span()))
    }
}

fn pieces(node: Node<'_>) -> impl Iterator<Item = Piece<'_>> {
    node.children().map(|part| match part.kind() {
        NODE_INTERPOL => Piece::Computed(part),
        _ => Piece::Text(part.text()),
    })
}

/// Resolves the escapes of a `"…"` string; line ends become LF, as Nix has it.
fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains(['\\', '\r']) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => out.extend(chars.next().map(escaped)),
            '\r' => {
                chars.next_if_eq(&'\n');
                out.push('\n');
            }
            other => out.push(other),
        }
    }
    Cow::Owned(out)
}

/// What a letter after the sign of an escape stands for.
pub(super) fn escaped(letter: char) -> char {
    match letter {
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        other => other,
    }
}
