//! Byte strings and the store paths they depend on (their context).

use std::collections::BTreeSet;

use crate::arena::Arena;

/// A string of bytes with its context.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Str<'a> {
    pub(crate) bytes: &'a [u8],
    pub(crate) context: Option<Context<'a>>,
}

/// What a string depends on: a sorted slice without duplicates, never empty.
pub(crate) type Context<'a> = &'a [ContextElement<'a>];

/// One dependency of a string. The order is that of Nix's own encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ContextElement<'a> {
    /// A store path as it is.
    Opaque(&'a [u8]),
    /// A derivation with all its outputs and its build closure.
    DrvDeep(&'a [u8]),
    /// One output of a derivation.
    Built { drv: &'a [u8], output: &'a [u8] },
}

impl<'a> ContextElement<'a> {
    /// The element in Nix's textual form: `path`, `=path` or `!output!path`.
    pub(crate) fn encode(self) -> Vec<u8> {
        match self {
            ContextElement::Opaque(path) => path.to_vec(),
            ContextElement::DrvDeep(path) => [b"=", path].concat(),
            ContextElement::Built { drv, output } => [b"!", output, b"!", drv].concat(),
        }
    }
}

/// Joins two contexts, sharing one of them where that is possible.
pub(crate) fn union<'a>(arena: &'a Arena, a: Option<Context<'a>>, b: Option<Context<'a>>) -> Option<Context<'a>> {
    match (a, b) {
        (None, other) | (other, None) => other,
        (Some(x), Some(y)) if std::ptr::eq(x, y) || x == y => Some(x),
        (Some(x), Some(y)) => {
            let all: BTreeSet<_> = x.iter().chain(y).copied().collect();
            from_set(arena, all)
        }
    }
}

/// Makes a context from its elements; none when there are none.
pub(crate) fn from_set<'a>(arena: &'a Arena, elements: BTreeSet<ContextElement<'a>>) -> Option<Context<'a>> {
    if elements.is_empty() {
        return None;
    }
    let mut elements = elements.into_iter();
    let len = elements.len();
    Some(arena.slice_with(len, |_| elements.next().expect("the set has as many elements as it says")))
}
