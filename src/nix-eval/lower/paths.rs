//! Path literals and `<…>`.

use std::os::unix::ffi::OsStrExt;

use rnix::SyntaxKind::*;

use super::Lowering;
use super::tree::Node;
use crate::ast::{Call, Expr, Interpolate, Part};
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::path_text::canonical;
use crate::source::Span;
use crate::strings::Str;
use crate::symbols::{FIND_FILE, NIX_PATH};
use crate::value::Value;

impl<'a> Lowering<'_, '_, 'a> {
    pub(super) fn path(&mut self, node: Node<'_>) -> Res<Expr<'a>> {
        let span = node.span();
        let mut parts = Vec::new();
        for (index, part) in node.children().enumerate() {
            parts.push(match part.kind() {
                NODE_INTERPOL => self.interpolation(part)?,
                _ if index == 0 => {
                    self.lint_path(part.text(), span)?;
                    Part::Text(self.path_start(part.text(), span)?)
                }
                _ => Part::Text(self.text_value(part.text(), span)?),
            });
        }
        if let [Part::Text(text)] = parts[..] {
            return Ok(self.constant(Value::Path(text), span));
        }
        let parts = self.tables.arena.slice(&parts);
        Ok(Expr::PathInterpolate(self.tables.arena.alloc(Interpolate { parts, span })))
    }

    /// The absolute form of a path's first literal part; a slash at its end stays.
    fn path_start(&self, text: &str, span: Span) -> Res<&'a Str<'a>> {
        let mut bytes = Vec::new();
        if let Some(rest) = text.strip_prefix("~/") {
            let Some(home) = &self.unit.home else {
                let message = format!("the path '{text}' can not be resolved in pure mode");
                return Err(Fault::new(ErrorKind::Parse, message).at(span));
            };
            bytes.extend(home.as_os_str().as_bytes());
            bytes.push(b'/');
            bytes.extend(rest.as_bytes());
        } else {
            if !text.starts_with('/') {
                bytes.extend(self.unit.folder.as_os_str().as_bytes());
                bytes.push(b'/');
            }
            bytes.extend(text.as_bytes());
        }
        let mut path = canonical(&bytes);
        if text.ends_with('/') && path != b"/" {
            path.push(b'/');
        }
        let arena = self.tables.arena;
        Ok(arena.alloc(Str { bytes: arena.slice(&path), context: None }))
    }

    /// `<name>` means `__findFile __nixPath "name"`, with whatever these two names are bound to.
    pub(super) fn search_path(&mut self, node: Node<'_>) -> Res<Expr<'a>> {
        let span = node.span();
        let text = node.text();
        let name = text.strip_prefix('<').and_then(|text| text.strip_suffix('>')).unwrap_or(text);
        let name = self.constant(Value::Str(self.text_value(name, span)?), span);
        let function = self.resolve(FIND_FILE, span)?;
        let paths = self.resolve(NIX_PATH, span)?;
        let arena = self.tables.arena;
        let args = [self.lazy_expr(arena.alloc(paths), None), self.lazy_expr(arena.alloc(name), None)];
        Ok(Expr::Call(arena.alloc(Call { function: arena.alloc(function), args: arena.slice(&args), span })))
    }
}
