//! Attribute sets: slices sorted by symbol; `a // b` with a small `b` is a layer over `a` until somebody iterates it.

use std::cell::Cell;
use std::cmp::Ordering;

use crate::arena::{Arena, Parts};
pub(crate) use crate::arena::{Attrs, Entries};
use crate::symbols::{Symbol, Symbols};
use crate::value::{Ref, Value};

/// One attribute: its name, where it is defined (an offset into all sources, 0 if unknown) and its value.
#[derive(Clone, Copy)]
pub(crate) struct Attr<'a> {
    pub(crate) name: Symbol,
    pub(crate) position: u32,
    pub(crate) value: Ref<'a>,
}

/// Among which names an expression found its attribute the last time, and at which index. Sets of the same origin share
/// their names, and names never change, so it is mostly there again. (No names share their place with others, but for
/// none at all, whose set has no values either.)
pub(crate) struct Found {
    names: Cell<*const Symbol>,
    index: Cell<usize>,
}

impl Found {
    pub(crate) fn nowhere() -> Self {
        Self { names: Cell::new(std::ptr::null()), index: Cell::new(0) }
    }
}

/// Longer chains of layers cost more in lookups than they save in copies.
const MOST_LAYERS: u8 = 8;

impl<'a> Attrs<'a> {
    /// Makes a set of entries that are sorted by symbol and have no duplicates.
    pub(crate) fn from_sorted(arena: &'a Arena, entries: &[Attr<'a>]) -> &'a Attrs<'a> {
        debug_assert!(entries.is_sorted_by(|a, b| a.name < b.name));
        let names = arena.slice_with(entries.len(), |index| entries[index].name);
        let known = entries.iter().any(|attr| attr.position != 0);
        let positions = if known { arena.slice_with(entries.len(), |index| entries[index].position) } else { &[] };
        let values = arena.items_with(entries.len(), |index| entries[index].value);
        arena.set(Entries { names, positions, values })
    }

    /// Makes a set of entries in any order; of duplicates the first one stays.
    pub(crate) fn from_unsorted(arena: &'a Arena, mut entries: Vec<Attr<'a>>) -> &'a Attrs<'a> {
        entries.sort_by_key(|attr| attr.name);
        entries.dedup_by_key(|attr| attr.name);
        Self::from_sorted(arena, &entries)
    }

    #[inline]
    pub(crate) fn find(&self, name: Symbol) -> Option<Attr<'a>> {
        let mut parts = self.parts();
        loop {
            match parts {
                Parts::Flat(entries) => return entries.find(name),
                Parts::Layers { top, base } => match top.find(name) {
                    None => parts = base.parts(),
                    found => return found,
                },
            }
        }
    }

    #[inline]
    pub(crate) fn value(&self, name: Symbol) -> Option<Ref<'a>> {
        let mut parts = self.parts();
        loop {
            match parts {
                Parts::Flat(entries) => return entries.index(name).map(|index| entries.values.at(index)),
                Parts::Layers { top, base } => match top.value(name) {
                    None => parts = base.parts(),
                    found => return found,
                },
            }
        }
    }

    /// Like `value`, for an expression that looks for the same name again and again.
    #[inline]
    pub(crate) fn value_again(&self, name: Symbol, found: &Found) -> Option<Ref<'a>> {
        let mut parts = self.parts();
        loop {
            match parts {
                Parts::Flat(entries) => return entries.value_again(name, found),
                Parts::Layers { top, base } => match top.value(name) {
                    None => parts = base.parts(),
                    value => return value,
                },
            }
        }
    }

    /// All attributes in the order of their symbols. Layers are merged once and stay merged.
    #[inline]
    pub(crate) fn entries(&self, arena: &'a Arena) -> Entries<'a> {
        match self.parts() {
            Parts::Flat(entries) => entries,
            Parts::Layers { top, base } => self.flatten(arena, top, base),
        }
    }

    /// Merges the small upper layers with each other before the base is copied, once.
    fn flatten(&self, arena: &'a Arena, top: &'a Attrs<'a>, mut base: &'a Attrs<'a>) -> Entries<'a> {
        let mut upper = top.entries(arena);
        loop {
            match base.parts() {
                Parts::Layers { top, base: below } => {
                    upper = merge(arena, top.entries(arena), upper);
                    base = below;
                }
                Parts::Flat(lower) => {
                    let merged = merge(arena, lower, upper);
                    self.replace(merged);
                    return merged;
                }
            }
        }
    }

    /// All attributes in the byte order of their names.
    pub(crate) fn by_name(&self, arena: &'a Arena, symbols: &Symbols<'a>) -> Vec<Attr<'a>> {
        let mut entries: Vec<_> = self.entries(arena).iter().collect();
        entries.sort_unstable_by(|a, b| symbols.compare(a.name, b.name));
        entries
    }

    /// The attributes of `self`, replaced and extended by those of `other`.
    pub(crate) fn update(&'a self, arena: &'a Arena, other: &'a Attrs<'a>) -> &'a Attrs<'a> {
        if other.len() == 0 {
            return self;
        }
        if self.len() == 0 {
            return other;
        }
        if let Parts::Flat(top) = other.parts()
            && self.depth() < MOST_LAYERS
            && other.len() * 4 <= self.len()
        {
            let fresh = top.names.iter().filter(|name| self.find(**name).is_none()).count();
            return arena.layers(other, self, self.len() + fresh);
        }
        arena.set(merge(arena, self.entries(arena), other.entries(arena)))
    }
}

impl<'a> Entries<'a> {
    #[inline]
    pub(crate) fn len(self) -> usize {
        self.names.len()
    }

    #[inline]
    pub(crate) fn at(self, index: usize) -> Attr<'a> {
        Attr { name: self.names[index], position: self.position(index), value: self.values.at(index) }
    }

    #[inline]
    fn position(self, index: usize) -> u32 {
        self.positions.get(index).copied().unwrap_or_default()
    }

    #[inline]
    pub(crate) fn iter(self) -> impl ExactSizeIterator<Item = Attr<'a>> + DoubleEndedIterator + Clone {
        (0..self.len()).map(move |index| self.at(index))
    }

    #[inline]
    fn find(self, name: Symbol) -> Option<Attr<'a>> {
        self.index(name).map(|index| self.at(index))
    }

    #[inline]
    fn value_again(self, name: Symbol, found: &Found) -> Option<Ref<'a>> {
        if std::ptr::eq(self.names.as_ptr(), found.names.get())
            && let Some(value) = self.values.get(found.index.get())
        {
            return Some(value);
        }
        let index = self.index(name)?;
        found.names.set(self.names.as_ptr());
        found.index.set(index);
        Some(self.values.at(index))
    }

    #[inline]
    fn index(self, name: Symbol) -> Option<usize> {
        if self.names.len() <= 8 {
            self.names.iter().position(|other| *other == name)
        } else {
            self.names.binary_search(&name).ok()
        }
    }
}

/// Sets up to this size together are merged without memory from the heap.
const SMALL_MERGE: usize = 64;

/// Marks a step of a merge that takes from the right.
const RIGHT: u32 = 1 << 31;

/// The union of two sets, with the values of the right one where both have a name.
fn merge<'a>(arena: &'a Arena, left: Entries<'a>, right: Entries<'a>) -> Entries<'a> {
    let most = left.len() + right.len();
    let (mut small, mut large) = ([0; SMALL_MERGE], Vec::new());
    let steps = if most <= SMALL_MERGE {
        &mut small[..most]
    } else {
        large.resize(most, 0);
        &mut large[..]
    };
    let len = plan(left.names, right.names, steps);
    if len == right.len() {
        return right;
    }
    let steps = &steps[..len];
    let from = |step: u32| if step & RIGHT == 0 { (left, step as usize) } else { (right, (step & !RIGHT) as usize) };
    let pick = |index: usize| from(steps[index]);
    let name = |index| {
        let (entries, index) = pick(index);
        entries.names[index]
    };
    let names = if len == left.len() { left.names } else { arena.slice_with(len, name) };
    let known = !left.positions.is_empty() || !right.positions.is_empty();
    let position = |index| {
        let (entries, index) = pick(index);
        entries.position(index)
    };
    let positions = if known { arena.slice_with(len, position) } else { &[] };
    let values = arena.items_with(len, |index| {
        let (entries, index) = pick(index);
        entries.values.at(index)
    });
    Entries { names, positions, values }
}

/// Writes which attribute of which side comes next in the union, and says how many there are.
fn plan(left: &[Symbol], right: &[Symbol], steps: &mut [u32]) -> usize {
    let (mut i, mut j, mut len) = (0, 0, 0);
    while let (Some(l), Some(r)) = (left.get(i), right.get(j)) {
        let order = l.cmp(r);
        steps[len] = if order == Ordering::Less { i as u32 } else { j as u32 | RIGHT };
        i += usize::from(order != Ordering::Greater);
        j += usize::from(order != Ordering::Less);
        len += 1;
    }
    let rest = (i..left.len()).map(|i| i as u32).chain((j..right.len()).map(|j| j as u32 | RIGHT));
    for (step, next) in steps[len..].iter_mut().zip(rest) {
        *step = next;
        len += 1;
    }
    len
}

/// Collects attributes one by one for a set.
pub(crate) struct Builder<'a> {
    arena: &'a Arena,
    entries: Vec<Attr<'a>>,
}

impl<'a> Builder<'a> {
    pub(crate) fn new(arena: &'a Arena) -> Self {
        Self { arena, entries: Vec::new() }
    }

    pub(crate) fn with(mut self, name: Symbol, value: Value<'a>) -> Self {
        self.push(name, value);
        self
    }

    pub(crate) fn push(&mut self, name: Symbol, value: Value<'a>) {
        let value = self.arena.cell(value);
        self.entries.push(Attr { name, position: 0, value });
    }

    pub(crate) fn finish(self) -> Value<'a> {
        Value::Attrs(Attrs::from_unsorted(self.arena, self.entries))
    }
}

#[cfg(test)]
mod tests;
