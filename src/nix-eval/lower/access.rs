//! Selecting from sets, and attribute paths.

use rnix::SyntaxKind::*;

use super::operators::check_operand;
use super::tree::Node;
use super::{Lowering, present};
use crate::ast::{Expr, HasAttr, Select, Step};
use crate::attrs::Found;
use crate::error::fault::Res;
use crate::source::Span;
use crate::symbols::Symbol;
use crate::value::Value;

/// One name of an attribute path, before lowering.
#[derive(Clone, Copy)]
pub(super) enum Name<'t> {
    Static(Symbol, Span),
    Computed(Node<'t>, Span),
}

impl<'a> Lowering<'_, '_, 'a> {
    pub(super) fn select(&mut self, node: Node<'_>) -> Res<Expr<'a>> {
        let span = node.span();
        let base_node = present(node.expr(0), span)?;
        check_operand(base_node)?;
        let base = self.expr(base_node)?;
        let path = self.path_steps(present(node.of_kind(NODE_ATTRPATH), span)?)?;
        let default = match node.expr(1) {
            Some(default) => {
                check_operand(default)?;
                Some(self.expr(default)?)
            }
            None => None,
        };
        if let Some(builtin) = self.builtin_constant(base, path, span) {
            return Ok(builtin);
        }
        Ok(Expr::Select(self.tables.arena.place(Select { base, path, default, span, found: Found::nowhere() })))
    }

    /// `builtins.name`, where `builtins` is the real one.
    fn builtin_constant(&self, base: &Expr<'a>, path: &[Step<'a>], span: Span) -> Option<Expr<'a>> {
        let (Expr::Const(word, _), [Step::Static(name, _)]) = (base, path) else { return None };
        let Value::Attrs(set) = self.tables.arena.value(*word) else { return None };
        let value = set.value(*name)?.get();
        matches!(value, Value::Builtin(_)).then(|| self.constant(value, span))
    }

    pub(super) fn has_attr(&mut self, node: Node<'_>) -> Res<Expr<'a>> {
        let span = node.span();
        let base = present(node.expr(0), span)?;
        check_operand(base)?;
        let base = self.expr(base)?;
        let path = self.path_steps(present(node.of_kind(NODE_ATTRPATH), span)?)?;
        Ok(Expr::HasAttr(self.tables.arena.alloc(HasAttr { base, path, span })))
    }

    fn path_steps(&mut self, path: Node<'_>) -> Res<&'a [Step<'a>]> {
        let mut names = path.children();
        if let (Some(only), None) = (names.next(), names.next()) {
            let step = self.step(only)?;
            return Ok(self.tables.arena.slice(&[step]));
        }
        let mut steps = Vec::new();
        for name in path.children() {
            steps.push(self.step(name)?);
        }
        Ok(self.tables.arena.slice(&steps))
    }

    fn step(&mut self, name: Node<'_>) -> Res<Step<'a>> {
        Ok(match self.name(name)? {
            Name::Static(symbol, span) => Step::Static(symbol, span),
            Name::Computed(expr, span) => Step::Computed(self.expr(expr)?, span),
        })
    }

    /// Reads one name of an attribute path: static unless there is something to compute in it.
    pub(super) fn name<'t>(&mut self, name: Node<'t>) -> Res<Name<'t>> {
        let span = name.span();
        Ok(match name.kind() {
            NODE_IDENT => Name::Static(name.symbol(), span),
            NODE_STRING => self.string_name(name, span)?,
            _ => match present(name.expr(0), span)? {
                string if string.kind() == NODE_STRING => self.string_name(string, span)?,
                expr => Name::Computed(expr, span),
            },
        })
    }

    fn string_name<'t>(&mut self, string: Node<'t>, span: Span) -> Res<Name<'t>> {
        Ok(match self.static_text(string)? {
            Some(symbol) => Name::Static(symbol, span),
            None => Name::Computed(string, span),
        })
    }

    fn static_text(&mut self, string: Node<'_>) -> Res<Option<Symbol>> {
        if string.of_kind(NODE_INTERPOL).is_some() {
            return Ok(None);
        }
        match self.string(string)? {
            Expr::Const(word, _) => match self.tables.arena.value(word) {
                Value::Str(text) => Ok(Some(self.tables.symbols.intern(self.tables.arena, text.bytes))),
                _ => Ok(None),
            },
            _ => Ok(None),
        }
    }
}
