//! A set's bindings, gathered and merged before anything in them is lowered.

use rnix::SyntaxKind::*;
use rustc_hash::FxHashMap;

use super::access::Name;
use super::tree::Node;
use super::{Lowering, present, strip_parens};
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::source::Span;
use crate::symbols::Symbol;

/// Up to this many bindings are looked through one by one.
const FEW: usize = 12;

/// The bindings of one set, in source order.
pub(super) struct SetDraft<'t> {
    pub(super) recursive: Recursive,
    pub(super) span: Span,
    pub(super) entries: Vec<Entry<'t>>,
    /// Where each name is in `entries`, once these are many.
    index: FxHashMap<Symbol, usize>,
    pub(super) computed: Vec<ComputedEntry<'t>>,
    /// The expressions of `inherit (expression) …`.
    pub(super) sources: Vec<Node<'t>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Recursive {
    Yes,
    No,
}

impl Recursive {
    /// Whether a set literal begins with `rec`.
    pub(super) fn of(set: Node<'_>) -> Self {
        if set.token() == TOKEN_REC { Recursive::Yes } else { Recursive::No }
    }
}

pub(super) struct Entry<'t> {
    pub(super) name: Symbol,
    pub(super) span: Span,
    pub(super) draft: Draft<'t>,
}

pub(super) struct ComputedEntry<'t> {
    pub(super) name: Node<'t>,
    pub(super) span: Span,
    pub(super) draft: Draft<'t>,
}

/// What a name is bound to.
pub(super) enum Draft<'t> {
    Expr(Node<'t>),
    Set(Box<SetDraft<'t>>),
    /// `inherit name;`
    Inherited,
    /// `inherit (source) name;` with the source's index.
    InheritedFrom(usize),
}

impl<'t> SetDraft<'t> {
    fn empty(recursive: Recursive, span: Span) -> Self {
        Self {
            recursive,
            span,
            entries: Vec::new(),
            index: FxHashMap::default(),
            computed: Vec::new(),
            sources: Vec::new(),
        }
    }

    fn push(&mut self, entry: Entry<'t>) {
        let at = self.entries.len();
        if at == FEW {
            self.index.extend(self.entries.iter().enumerate().map(|(at, entry)| (entry.name, at)));
        }
        if at >= FEW {
            self.index.insert(entry.name, at);
        }
        self.entries.push(entry);
    }

    fn position(&self, name: Symbol) -> Option<usize> {
        if self.entries.len() <= FEW {
            return self.entries.iter().position(|entry| entry.name == name);
        }
        self.index.get(&name).copied()
    }
}

impl<'a> Lowering<'_, '_, 'a> {
    /// Gathers the bindings of a set literal or `let`.
    pub(super) fn draft<'t>(&mut self, node: Node<'t>, recursive: Recursive) -> Res<SetDraft<'t>> {
        let mut set = SetDraft::empty(recursive, node.span());
        for entry in node.children() {
            match entry.kind() {
                NODE_INHERIT => self.draft_inherit(&mut set, entry)?,
                NODE_ATTRPATH_VALUE => self.draft_binding(&mut set, entry)?,
                _ => {}
            }
        }
        Ok(set)
    }

    fn draft_inherit<'t>(&mut self, set: &mut SetDraft<'t>, inherit: Node<'t>) -> Res<()> {
        let span = inherit.span();
        let source = match inherit.of_kind(NODE_INHERIT_FROM) {
            Some(from) => {
                set.sources.push(present(from.expr(0), span)?);
                Some(set.sources.len() - 1)
            }
            None => None,
        };
        for attr in inherit.children().filter(|child| child.kind() != NODE_INHERIT_FROM) {
            let Name::Static(name, span) = self.name(attr)? else {
                let message = "dynamic attributes not allowed in inherit";
                return Err(Fault::new(ErrorKind::Parse, message).at(attr.span()));
            };
            if let Some(earlier) = set.position(name) {
                return Err(self.duplicate(&[name], span, set.entries[earlier].span));
            }
            let draft = source.map_or(Draft::Inherited, Draft::InheritedFrom);
            set.push(Entry { name, span, draft });
        }
        Ok(())
    }

    fn draft_binding<'t>(&mut self, set: &mut SetDraft<'t>, binding: Node<'t>) -> Res<()> {
        let whole = binding.span();
        let path = present(binding.of_kind(NODE_ATTRPATH), whole)?;
        let span = path.span();
        let draft = Draft::Expr(strip_parens(present(binding.expr(0), whole)?));
        let mut attrs = path.children();
        if let (Some(only), None) = (attrs.next(), attrs.next())
            && let Name::Static(name, _) = self.name(only)?
            && set.position(name).is_none()
        {
            set.push(Entry { name, span, draft });
            return Ok(());
        }
        let mut names = Vec::new();
        for attr in path.children() {
            names.push(self.name(attr)?);
        }
        self.insert(set, names, span, draft)
    }

    /// Descends along a path of names, making sets as needed, and binds the last name.
    fn insert<'t>(
        &mut self,
        mut set: &mut SetDraft<'t>,
        names: Vec<Name<'t>>,
        span: Span,
        value: Draft<'t>,
    ) -> Res<()> {
        let mut path = Vec::new();
        let last = names.len().saturating_sub(1);
        let mut value = Some(value);
        for (index, name) in names.into_iter().enumerate() {
            match name {
                Name::Static(name, _) if index == last => {
                    path.push(name);
                    let draft = value.take().expect("only the last name takes the value");
                    return self.define(set, &mut path, Entry { name, span, draft });
                }
                Name::Static(name, _) => {
                    path.push(name);
                    set = self.nested(set, &path, name, span)?;
                }
                Name::Computed(name, name_span) => {
                    let draft = match value.take() {
                        Some(value) if index == last => value,
                        rest => {
                            value = rest;
                            Draft::Set(Box::new(SetDraft::empty(Recursive::No, span)))
                        }
                    };
                    set.computed.push(ComputedEntry { name, span: name_span, draft });
                    if index == last {
                        return Ok(());
                    }
                    let added = set.computed.last_mut().map(|entry| &mut entry.draft);
                    let Some(Draft::Set(inner)) = added else { return Ok(()) };
                    set = inner;
                }
            }
        }
        Ok(())
    }

    /// The set below `name`, made now if the name is free.
    fn nested<'s, 't>(
        &mut self,
        set: &'s mut SetDraft<'t>,
        path: &[Symbol],
        name: Symbol,
        span: Span,
    ) -> Res<&'s mut SetDraft<'t>> {
        let at = match set.position(name) {
            Some(at) => at,
            None => {
                set.push(Entry { name, span, draft: Draft::Set(Box::new(SetDraft::empty(Recursive::No, span))) });
                set.entries.len() - 1
            }
        };
        let entry = &mut set.entries[at];
        self.expand(&mut entry.draft)?;
        match &mut entry.draft {
            Draft::Set(inner) => Ok(&mut **inner),
            _ => Err(self.duplicate(path, span, entry.span)),
        }
    }

    /// Binds a name; two set literals for the same name are merged.
    fn define<'t>(&mut self, set: &mut SetDraft<'t>, path: &mut Vec<Symbol>, mut entry: Entry<'t>) -> Res<()> {
        let Some(at) = set.position(entry.name) else {
            set.push(entry);
            return Ok(());
        };
        let earlier = &mut set.entries[at];
        self.expand(&mut earlier.draft)?;
        self.expand(&mut entry.draft)?;
        let (Draft::Set(into), Draft::Set(from)) = (&mut earlier.draft, entry.draft) else {
            return Err(self.duplicate(path, entry.span, earlier.span));
        };
        let from = *from;
        let shift = into.sources.len();
        into.sources.extend(from.sources);
        for mut inner in from.entries {
            if let Draft::InheritedFrom(source) = &mut inner.draft {
                *source += shift;
            }
            path.push(inner.name);
            self.define(into, path, inner)?;
            path.pop();
        }
        into.computed.extend(from.computed);
        Ok(())
    }

    /// Turns a set literal into a draft that can be merged with others.
    fn expand(&mut self, draft: &mut Draft<'_>) -> Res<()> {
        if let Draft::Expr(set) = *draft
            && set.kind() == NODE_ATTR_SET
        {
            *draft = Draft::Set(Box::new(self.draft(set, Recursive::of(set))?));
        }
        Ok(())
    }

    #[cold]
    fn duplicate(&self, path: &[Symbol], span: Span, earlier: Span) -> Box<Fault> {
        let names: Vec<_> = path.iter().map(|name| self.tables.symbols.text(*name)).collect();
        let (line, column) = line_column(self.unit.text, (earlier.start - self.unit.base) as usize);
        let message = format!("attribute '{}' already defined at {}:{line}:{column}", names.join("."), self.unit.name);
        let help = "keep one of the two; two sets under one name are merged only where both are written as sets";
        Fault::new(ErrorKind::Parse, message).at(span).note(earlier, "first defined here").help(Some(help.to_owned()))
    }
}

pub(super) fn line_column(text: &str, offset: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..offset.min(text.len())];
    let line_start = before.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
    (before.iter().filter(|byte| **byte == b'\n').count() + 1, before.len() - line_start + 1)
}
