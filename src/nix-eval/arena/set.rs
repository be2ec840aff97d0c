//! How an attribute set lies in the arena, in sixteen bytes and four for each attribute.
//!
//! Names and positions are slices of their own, so that all sets that one expression makes share them.

use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr::NonNull;

use super::{Arena, Items, place_at, units};
use crate::symbols::Symbol;
use crate::value::Ref;

/// An attribute set. Sets lie in arenas only: nobody can make or move one.
pub(crate) struct Attrs<'a> {
    /// The names' place, or that of the upper layer.
    names: Cell<u32>,
    /// The values' place, or that of the lower layer.
    values: Cell<u32>,
    /// The positions' place, 0 where they are unknown, or `LAYER` and the number of layers.
    positions: Cell<u32>,
    len: u32,
    owner: PhantomData<Cell<Ref<'a>>>,
}

/// No slice begins in the last units of an arena.
const LAYER: u32 = !0xff;

/// What a set is made of.
#[derive(Clone, Copy)]
pub(crate) enum Parts<'a> {
    Flat(Entries<'a>),
    /// `top`, which is flat, over `base`.
    Layers {
        top: &'a Attrs<'a>,
        base: &'a Attrs<'a>,
    },
}

/// All attributes of a set, in the order of their symbols.
#[derive(Clone, Copy)]
pub(crate) struct Entries<'a> {
    pub(crate) names: &'a [Symbol],
    /// Offsets into all sources, as many as names, or none where they are unknown.
    pub(crate) positions: &'a [u32],
    pub(crate) values: Items<'a>,
}

impl Arena {
    /// Makes a set. All parts must lie in this arena.
    #[inline]
    pub(crate) fn set<'a>(&'a self, entries: Entries<'a>) -> &'a Attrs<'a> {
        let set = self.place(Attrs {
            names: Cell::new(0),
            values: Cell::new(0),
            positions: Cell::new(0),
            len: entries.names.len() as u32,
            owner: PhantomData,
        });
        set.replace(entries);
        set
    }

    /// Makes a set of `len` attributes that are looked for in `top`, then in `base`.
    pub(crate) fn layers<'a>(&'a self, top: &'a Attrs<'a>, base: &'a Attrs<'a>, len: usize) -> &'a Attrs<'a> {
        self.place(Attrs {
            names: Cell::new(units(top)),
            values: Cell::new(units(base)),
            positions: Cell::new(LAYER | u32::from(base.depth() + 1)),
            len: len as u32,
            owner: PhantomData,
        })
    }
}

impl<'a> Attrs<'a> {
    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.len as usize
    }

    /// How many layers lie below the upper one.
    #[inline]
    pub(crate) fn depth(&self) -> u8 {
        let positions = self.positions.get();
        if positions >= LAYER { positions as u8 } else { 0 }
    }

    #[inline]
    pub(crate) fn parts(&self) -> Parts<'a> {
        let positions = self.positions.get();
        // SAFETY: `layers` and `replace` wrote the places of two sets, or of slices of this length, in this arena.
        unsafe {
            if positions >= LAYER {
                let top = self.reach(self.names.get()).as_ref();
                return Parts::Layers { top, base: self.reach(self.values.get()).as_ref() };
            }
            Parts::Flat(Entries {
                names: self.slice(self.names.get()),
                positions: if positions == 0 { &[] } else { self.slice(positions) },
                values: Items::new(self.reach(self.values.get()), self.len),
            })
        }
    }

    /// Puts the merged attributes in the place of the layers.
    #[inline]
    pub(crate) fn replace(&self, entries: Entries<'a>) {
        assert!(entries.names.len() == self.len() && entries.values.len() == self.len());
        let positions = if entries.positions.is_empty() { 0 } else { units(entries.positions.as_ptr()) };
        assert!(positions == 0 || entries.positions.len() == self.len());
        self.names.set(units(entries.names.as_ptr()));
        self.values.set(entries.values.units());
        self.positions.set(positions);
    }

    #[inline]
    fn reach<T>(&self, units: u32) -> NonNull<T> {
        place_at(std::ptr::from_ref(self), units)
    }

    /// # Safety
    /// A slice of as many elements as the set has must lie there.
    #[inline]
    unsafe fn slice<T>(&self, units: u32) -> &'a [T] {
        // SAFETY: the caller promises it.
        unsafe { std::slice::from_raw_parts(self.reach(units).as_ptr(), self.len()) }
    }
}
