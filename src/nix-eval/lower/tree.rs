//! The tree of a text, flat: a record a node, children by number. Spaces, comments and punctuation are not in it.

use rnix::SyntaxKind::{self, *};

use crate::arena::Arena;
use crate::source::Span;
use crate::symbols::{Symbol, Symbols};

/// All nodes of a text.
pub(super) struct Tree<'t> {
    text: &'t str,
    /// Offset of the text among all sources.
    base: u32,
    records: Vec<Record>,
    children: Vec<u32>,
}

/// One node: what it is, where it stands and what is below it.
#[derive(Clone, Copy)]
struct Record {
    kind: SyntaxKind,
    token: SyntaxKind,
    start: u32,
    end: u32,
    /// Where its children begin among all children; of a name that was interned, its symbol.
    first: u32,
    count: u32,
}

/// One node, in the order in which nodes are made: its children are the last `count` that are below no other.
#[derive(Clone, Copy)]
pub(super) struct Shape {
    pub(super) kind: SyntaxKind,
    pub(super) token: SyntaxKind,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) count: u32,
}

/// A node of a tree.
#[derive(Clone, Copy)]
pub(super) struct Node<'t> {
    tree: &'t Tree<'t>,
    at: u32,
}

/// Makes a tree from its leaves up: a node takes what was made since its beginning.
pub(super) struct Builder<'t> {
    tree: Tree<'t>,
    /// Nodes that are not below another one yet.
    loose: Vec<u32>,
}

/// Where a node begins: in the text, and among the loose nodes.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    start: u32,
    loose: usize,
}

impl<'t> Builder<'t> {
    pub(super) fn new(text: &'t str, base: u32, tokens: usize) -> Self {
        let tree = Tree { text, base, records: Vec::with_capacity(tokens), children: Vec::with_capacity(tokens) };
        Self { tree, loose: Vec::new() }
    }

    /// Where a node that begins at an offset would begin.
    pub(super) fn mark(&self, start: u32) -> Mark {
        Mark { start, loose: self.loose.len() }
    }

    /// Makes a node of everything since its mark; `token` is the sign or keyword that tells more of it.
    pub(super) fn node(&mut self, mark: Mark, end: u32, kind: SyntaxKind, token: SyntaxKind) {
        let (first, count) = (self.tree.children.len(), self.loose.len() - mark.loose);
        self.tree.children.extend_from_slice(&self.loose[mark.loose..]);
        self.loose.truncate(mark.loose);
        self.loose.push(self.tree.records.len() as u32);
        let (first, count) = (first as u32, count as u32);
        self.tree.records.push(Record { kind, token, start: mark.start, end, first, count });
    }

    /// Makes a node without children of one token.
    pub(super) fn leaf(&mut self, start: u32, end: u32, kind: SyntaxKind, token: SyntaxKind) {
        self.node(self.mark(start), end, kind, token);
    }

    /// Makes a node again that was made before, after its children; `None` where there are not as many.
    pub(super) fn shape(&mut self, shape: Shape) -> Option<()> {
        let Shape { kind, token, start, end, count } = shape;
        let loose = self.loose.len().checked_sub(count as usize)?;
        self.node(Mark { start, loose }, end, kind, token);
        Some(())
    }

    pub(super) fn finish(self) -> Tree<'t> {
        self.tree
    }
}

impl Tree<'_> {
    /// Interns all names in the order in which they are written, which is the order in which Nix computes attributes
    /// where it computes all.
    pub(super) fn intern<'a>(&mut self, symbols: &mut Symbols<'a>, arena: &'a Arena) {
        for at in 0..self.records.len() {
            let record = self.records[at];
            let text = match (record.kind, record.token) {
                (NODE_IDENT, _) => &self.text[record.start as usize..record.end as usize],
                (NODE_STRING, TOKEN_IDENT) | (NODE_DYNAMIC, _) => self.plain_text(record).unwrap_or_default(),
                _ => "",
            };
            if !text.is_empty() {
                let symbol = symbols.intern(arena, text.as_bytes());
                if record.kind == NODE_IDENT {
                    self.records[at].first = symbol.0;
                }
            }
        }
    }

    /// The text of a string that stands for itself, alone or in `${…}`.
    fn plain_text(&self, record: Record) -> Option<&str> {
        let [child] = self.children_of(record) else { return None };
        let child = self.records[*child as usize];
        match child.kind {
            NODE_STRING => self.plain_text(child),
            TOKEN_STRING_CONTENT => Some(&self.text[child.start as usize..child.end as usize]),
            _ => None,
        }
    }

    fn children_of(&self, record: Record) -> &[u32] {
        let Record { first, count, .. } = record;
        // What has none may have a symbol instead.
        if count == 0 { &[] } else { &self.children[first as usize..(first + count) as usize] }
    }

    /// All nodes, in the order in which they were made.
    pub(super) fn shapes(&self) -> impl ExactSizeIterator<Item = Shape> {
        self.records.iter().map(|&Record { kind, token, start, end, count, .. }| Shape {
            kind,
            token,
            start,
            end,
            count,
        })
    }

    /// The node that was made last, which has all others below it.
    pub(super) fn root(&self) -> Option<Node<'_>> {
        let at = self.records.len().checked_sub(1)?;
        Some(Node { tree: self, at: at as u32 })
    }
}

impl<'t> Node<'t> {
    #[inline]
    fn record(self) -> &'t Record {
        &self.tree.records[self.at as usize]
    }

    #[inline]
    pub(super) fn kind(self) -> SyntaxKind {
        self.record().kind
    }

    /// The operator, the `rec`, the `...`, the kind of number: whatever the kind does not tell.
    #[inline]
    pub(super) fn token(self) -> SyntaxKind {
        self.record().token
    }

    #[inline]
    pub(super) fn span(self) -> Span {
        let Record { start, end, .. } = *self.record();
        Span { start: self.tree.base + start, len: end - start }
    }

    /// The symbol of a name.
    #[inline]
    pub(super) fn symbol(self) -> Symbol {
        debug_assert!(self.kind() == NODE_IDENT);
        Symbol(self.record().first)
    }

    #[inline]
    pub(super) fn text(self) -> &'t str {
        let Record { start, end, .. } = *self.record();
        &self.tree.text[start as usize..end as usize]
    }

    #[inline]
    pub(super) fn children(self) -> impl ExactSizeIterator<Item = Node<'t>> {
        let children = self.tree.children_of(*self.record());
        children.iter().map(move |at| Node { tree: self.tree, at: *at })
    }

    #[inline]
    pub(super) fn of_kind(self, kind: SyntaxKind) -> Option<Node<'t>> {
        self.children().find(|node| node.kind() == kind)
    }

    #[inline]
    pub(super) fn exprs(self) -> impl Iterator<Item = Node<'t>> {
        self.children().filter(|node| node.is_expr())
    }

    /// The expression at this place among those directly below it.
    #[inline]
    pub(super) fn expr(self, index: usize) -> Option<Node<'t>> {
        self.exprs().nth(index)
    }

    /// Whether it is no part of an expression, as a path of attributes is, but one.
    #[inline]
    fn is_expr(self) -> bool {
        !matches!(
            self.kind(),
            NODE_ATTRPATH
                | NODE_ATTRPATH_VALUE
                | NODE_DYNAMIC
                | NODE_IDENT_PARAM
                | NODE_INHERIT
                | NODE_INHERIT_FROM
                | NODE_INTERPOL
                | NODE_PATTERN
                | NODE_PAT_BIND
                | NODE_PAT_ENTRY
        )
    }
}
