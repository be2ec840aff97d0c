//! Functions and their application.

use rnix::SyntaxKind::*;

use super::operators::check_operand;
use super::tree::Node;
use super::{Lowering, present};
use crate::ast::{Call, Expr, Extra, Formal, Formals, Lambda, LambdaId};
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::source::Span;
use crate::symbols::Symbol;

/// A formal before its default is lowered.
struct Entry<'t> {
    name: Symbol,
    span: Span,
    default: Option<Node<'t>>,
}

impl<'a> Lowering<'_, '_, 'a> {
    /// Lowers a function that is bound to `name`, if it is.
    pub(super) fn lambda(&mut self, node: Node<'_>, name: Option<Symbol>) -> Res<Expr<'a>> {
        let span = node.span();
        let body = present(node.expr(0), span)?;
        let lambda = match node.of_kind(NODE_PATTERN) {
            Some(pattern) => self.pattern_lambda(pattern, body, name, span)?,
            None => {
                let parameter = node.of_kind(NODE_IDENT_PARAM).and_then(|parameter| parameter.of_kind(NODE_IDENT));
                let whole = present(parameter, span)?.symbol();
                self.scopes.enter_one(whole);
                let body = self.expr(body);
                self.scopes.leave();
                Lambda { name, whole: Some(whole), formals: None, body: body?, span }
            }
        };
        let id = LambdaId(self.tables.lambdas.len() as u32);
        self.tables.lambdas.push(self.tables.arena.alloc(lambda));
        Ok(Expr::Lambda(id, span))
    }

    fn pattern_lambda(
        &mut self,
        pattern: Node<'_>,
        body: Node<'_>,
        name: Option<Symbol>,
        span: Span,
    ) -> Res<Lambda<'a>> {
        let whole = match pattern.of_kind(NODE_PAT_BIND) {
            Some(bind) => {
                let ident = present(bind.of_kind(NODE_IDENT), span)?;
                Some((ident.symbol(), ident.span()))
            }
            None => None,
        };
        let entries = self.pattern_entries(pattern, whole, span)?;
        let whole = whole.map(|(symbol, _)| symbol);
        let names: Vec<Symbol> = whole.into_iter().chain(entries.iter().map(|entry| entry.name)).collect();
        self.scopes.enter(names);
        let lowered = self.pattern_body(entries, body);
        self.scopes.leave();
        let (all, body) = lowered?;
        let extra = if pattern.token() == TOKEN_ELLIPSIS { Extra::Accepted } else { Extra::Refused };
        let formals = self.tables.arena.alloc(Formals { all: self.tables.arena.slice(&all), extra });
        Ok(Lambda { name, whole, formals: Some(formals), body, span })
    }

    fn pattern_body(&mut self, entries: Vec<Entry<'_>>, body: Node<'_>) -> Res<(Vec<Formal<'a>>, &'a Expr<'a>)> {
        let mut all = Vec::with_capacity(entries.len());
        for entry in entries {
            let default = match entry.default {
                Some(default) => Some(self.lazy(default, Some(entry.name))?),
                None => None,
            };
            all.push(Formal { name: entry.name, position: entry.span.start, default });
        }
        Ok((all, self.expr(body)?))
    }

    /// The formals sorted by symbol; refuses duplicates.
    fn pattern_entries<'t>(
        &mut self,
        pattern: Node<'t>,
        whole: Option<(Symbol, Span)>,
        span: Span,
    ) -> Res<Vec<Entry<'t>>> {
        let mut entries: Vec<Entry<'t>> = Vec::new();
        for entry in pattern.children().filter(|node| node.kind() == NODE_PAT_ENTRY) {
            let ident = present(entry.of_kind(NODE_IDENT), span)?;
            let default = entry.expr(1);
            entries.push(Entry { name: ident.symbol(), span: ident.span(), default });
        }
        entries.sort_by_key(|entry| (entry.name, entry.span.start));
        let twice =
            entries.windows(2).find(|pair| pair[0].name == pair[1].name).map(|pair| (pair[1].name, pair[1].span));
        let shadowed = whole.filter(|(name, _)| entries.iter().any(|entry| entry.name == *name));
        match twice.or(shadowed) {
            Some((name, span)) => {
                let message = format!("duplicate formal function argument '{}'", self.tables.symbols.text(name));
                Err(Fault::new(ErrorKind::Parse, message).at(span))
            }
            None => Ok(entries),
        }
    }

    /// `f a b c` is one call with three arguments.
    pub(super) fn apply(&mut self, node: Node<'_>) -> Res<Expr<'a>> {
        let span = node.span();
        let mut args = Vec::new();
        let mut function = node;
        while function.kind() == NODE_APPLY {
            let arg = present(function.expr(1), span)?;
            check_operand(arg)?;
            args.push(arg);
            function = present(function.expr(0), span)?;
        }
        check_operand(function)?;
        let function = self.expr(function)?;
        let mut lowered = Vec::with_capacity(args.len());
        for arg in args.into_iter().rev() {
            lowered.push(self.lazy(arg, None)?);
        }
        let args = self.tables.arena.slice(&lowered);
        Ok(Expr::Call(self.tables.arena.alloc(Call { function, args, span })))
    }
}
