//! Sets and `let`: from drafts to slots.

use super::draft::{ComputedEntry, Draft, Entry, Recursive, SetDraft};
use super::tree::Node;
use super::{Lowering, present};
use crate::ast::{AttrsExpr, Binding, ComputedBinding, Expr, Lazy, Let, Recursion, Scope, Select, Step};
use crate::attrs::Found;
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::source::Span;
use crate::symbols::{BODY, OVERRIDES, Symbol};

/// How the attributes of a set reach the source of their `inherit (source)`.
enum Source<'a> {
    /// By looking the expression up again.
    Cheap(&'a Expr<'a>),
    /// In this slot of the set's frame.
    Slot(u32),
}

/// Whether the entries of a set see its frame.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sight {
    Frame,
    Around,
}

impl<'a> Lowering<'_, '_, 'a> {
    pub(super) fn attr_set(&mut self, node: Node<'_>) -> Res<Expr<'a>> {
        let draft = self.draft(node, Recursive::of(node))?;
        self.set(draft)
    }

    /// `let { …; body = x; }` is `(rec { …; body = x; }).body`.
    pub(super) fn legacy_let(&mut self, node: Node<'_>) -> Res<Expr<'a>> {
        let span = node.span();
        let draft = self.draft(node, Recursive::Yes)?;
        let base = self.set(draft)?;
        let arena = self.tables.arena;
        let path = arena.slice(&[Step::Static(BODY, span)]);
        let base = arena.alloc(base);
        Ok(Expr::Select(arena.place(Select { base, path, default: None, span, found: Found::nowhere() })))
    }

    pub(super) fn let_in(&mut self, node: Node<'_>) -> Res<Expr<'a>> {
        let span = node.span();
        let mut draft = self.draft(node, Recursive::Yes)?;
        if let Some(computed) = draft.computed.first() {
            return Err(Fault::new(ErrorKind::Parse, "dynamic attributes not allowed in let").at(computed.span));
        }
        draft.entries.sort_by_key(|entry| entry.name);
        self.scopes.enter(names(&draft.entries));
        let lowered = self.let_parts(draft, present(node.expr(0), span)?);
        self.scopes.leave();
        let (bindings, sources, body) = lowered?;
        let arena = self.tables.arena;
        let (bindings, sources) = (arena.slice(&bindings), arena.slice(&sources));
        Ok(Expr::Let(arena.alloc(Let { bindings, sources, body, span })))
    }

    fn let_parts(
        &mut self,
        draft: SetDraft<'_>,
        body: Node<'_>,
    ) -> Res<(Vec<Binding<'a>>, Vec<Lazy<'a>>, &'a Expr<'a>)> {
        let (sources, slots) = self.sources(&draft.sources, draft.entries.len())?;
        let bindings = self.bindings(draft.entries, &sources, Sight::Frame)?;
        Ok((bindings, slots, self.expr(body)?))
    }

    pub(super) fn set(&mut self, mut draft: SetDraft<'_>) -> Res<Expr<'a>> {
        draft.entries.sort_by_key(|entry| entry.name);
        let span = draft.span;
        if draft.recursive == Recursive::Yes {
            let overridden = draft.entries.iter().any(|entry| entry.name == OVERRIDES);
            self.scopes.enter(names(&draft.entries));
            let lowered = self.recursive_set(draft);
            self.scopes.leave();
            let recursion = if overridden { Recursion::Overridden } else { Recursion::Rec };
            return Ok(Expr::Attrs(self.tables.arena.alloc(AttrsExpr { recursion, ..lowered? })));
        }
        let (sources, slots) = self.sources(&draft.sources, 0)?;
        let computed = self.computed(draft.computed)?;
        let bindings = self.bindings(draft.entries, &sources, Sight::Around)?;
        Ok(Expr::Attrs(self.attrs(Recursion::None, bindings, computed, slots, span)))
    }

    fn recursive_set(&mut self, draft: SetDraft<'_>) -> Res<AttrsExpr<'a>> {
        let (sources, slots) = self.sources(&draft.sources, draft.entries.len())?;
        let computed = self.computed(draft.computed)?;
        let bindings = self.bindings(draft.entries, &sources, Sight::Frame)?;
        Ok(*self.attrs(Recursion::Rec, bindings, computed, slots, draft.span))
    }

    fn attrs(
        &self,
        recursion: Recursion,
        bindings: Vec<Binding<'a>>,
        computed: Vec<ComputedBinding<'a>>,
        sources: Vec<Lazy<'a>>,
        span: Span,
    ) -> &'a AttrsExpr<'a> {
        let arena = self.tables.arena;
        arena.alloc(AttrsExpr {
            recursion,
            bindings: arena.slice(&bindings),
            names: arena.slice_with(bindings.len(), |index| bindings[index].name),
            positions: arena.slice_with(bindings.len(), |index| bindings[index].position),
            computed: arena.slice(&computed),
            sources: arena.slice(&sources),
            span,
        })
    }

    /// Lowers the sources; those that are not cheap to look up get slots from `first` on.
    fn sources(&mut self, nodes: &[Node<'_>], first: usize) -> Res<(Vec<Source<'a>>, Vec<Lazy<'a>>)> {
        let (mut sources, mut slots) = (Vec::new(), Vec::new());
        for node in nodes {
            let lazy = self.lazy(*node, None)?;
            if Self::is_cheap(lazy.expr) {
                sources.push(Source::Cheap(lazy.expr));
            } else {
                sources.push(Source::Slot((first + slots.len()) as u32));
                slots.push(lazy);
            }
        }
        Ok((sources, slots))
    }

    fn bindings(&mut self, entries: Vec<Entry<'_>>, sources: &[Source<'a>], sight: Sight) -> Res<Vec<Binding<'a>>> {
        let mut bindings = Vec::with_capacity(entries.len());
        for entry in entries {
            let inner = if sight == Sight::Frame { Scope::Inner } else { Scope::Outer };
            let (value, scope) = match entry.draft {
                Draft::Inherited => (self.inherited(entry.name, entry.span, sight)?, Scope::Outer),
                Draft::InheritedFrom(source) => {
                    let scope = if matches!(sources[source], Source::Slot(_)) { Scope::Inner } else { inner };
                    (self.inherited_from(&sources[source], entry.name, entry.span), scope)
                }
                draft => (self.draft_value(draft, Some(entry.name))?, inner),
            };
            bindings.push(Binding { name: entry.name, position: entry.span.start, value, scope });
        }
        Ok(bindings)
    }

    /// `inherit name;` looks the name up around the set, whatever the set defines.
    fn inherited(&mut self, name: Symbol, span: Span, sight: Sight) -> Res<Lazy<'a>> {
        let expr = match sight {
            Sight::Around => self.resolve(name, span)?,
            Sight::Frame => {
                let frame = self.scopes.hide();
                let found = self.resolve(name, span);
                self.scopes.show(frame);
                found?
            }
        };
        let expr = self.tables.arena.alloc(expr);
        Ok(self.lazy_expr(expr, Some(name)))
    }

    fn inherited_from(&mut self, source: &Source<'a>, name: Symbol, span: Span) -> Lazy<'a> {
        let arena = self.tables.arena;
        let base = match source {
            Source::Cheap(expr) => expr,
            Source::Slot(slot) => arena.alloc(Expr::Local(*slot, span)),
        };
        let path = arena.slice(&[Step::Static(name, span)]);
        let select = arena.place(Select { base, path, default: None, span, found: Found::nowhere() });
        self.lazy_expr(arena.alloc(Expr::Select(select)), Some(name))
    }

    fn computed(&mut self, entries: Vec<ComputedEntry<'_>>) -> Res<Vec<ComputedBinding<'a>>> {
        let mut computed = Vec::with_capacity(entries.len());
        for entry in entries {
            let name = self.expr(entry.name)?;
            let value = self.draft_value(entry.draft, None)?;
            computed.push(ComputedBinding { name, span: entry.span, value });
        }
        Ok(computed)
    }

    fn draft_value(&mut self, draft: Draft<'_>, name: Option<Symbol>) -> Res<Lazy<'a>> {
        match draft {
            Draft::Expr(node) => self.lazy(node, name),
            Draft::Set(set) => {
                let expr = self.set(*set)?;
                let expr = self.tables.arena.alloc(expr);
                Ok(self.lazy_expr(expr, name))
            }
            Draft::Inherited | Draft::InheritedFrom(_) => {
                unreachable!("computed names are never inherited and `bindings` handles the static ones")
            }
        }
    }
}

fn names(entries: &[Entry<'_>]) -> Vec<Symbol> {
    entries.iter().map(|entry| entry.name).collect()
}
