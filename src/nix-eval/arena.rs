//! The bump arena of one evaluation.
//!
//! Everything an evaluation makes (syntax, environments, thunk cells, sets, strings) lives here until the arena is
//! dropped whole. Nothing in it owns heap memory, so nothing needs a destructor.
//!
//! An arena is one region of address space, aligned to its largest size, of which memory is taken as it is used:
//!
//! ```text
//! base (a multiple of SPAN)                                        base + limit
//! │ Bounds │ syntax, frames, slots, sets, … │ free, readable │ reserved │
//!                                           next             end
//! ```
//! So whatever lies in it can refer to something else in it by four bytes, the distance from the base in units of four
//! bytes: the base is in the high bits of its own address. This module and those below hold all `unsafe` of the crate.

mod env;
mod items;
mod region;
mod set;
mod slot;
mod word;

use std::alloc::{Layout, handle_alloc_error};
use std::ptr::NonNull;

use crate::value::{Ref, Value};
pub(crate) use env::Env;
pub(crate) use items::{Items, Slots};
use region::Bounds;
pub(crate) use set::{Attrs, Entries, Parts};
pub(crate) use slot::Slot;
pub(crate) use word::{Kind, Word};

/// What offsets count.
const UNIT: usize = 4;

/// The largest size of an arena, and its alignment: what 32 bits of units reach.
const SPAN: usize = UNIT << 32;

/// The memory of one evaluation.
pub struct Arena {
    bounds: NonNull<Bounds>,
}

impl Default for Arena {
    fn default() -> Self {
        Self::new()
    }
}

impl Arena {
    /// Makes an empty arena; memory is taken from the system as it is used.
    #[must_use]
    pub fn new() -> Self {
        Self { bounds: region::reserve() }
    }

    #[inline]
    fn bounds(&self) -> &Bounds {
        // SAFETY: `region::reserve` writes the bounds, and they stay until the arena is dropped.
        unsafe { self.bounds.as_ref() }
    }

    /// Copies a value into the arena.
    #[inline]
    pub(crate) fn alloc<T: Copy>(&self, value: T) -> &T {
        self.place(value)
    }

    /// Makes a fresh cell that holds `value`, forced or not.
    #[inline]
    pub(crate) fn cell<'a>(&'a self, value: Value<'a>) -> Ref<'a> {
        self.cell_of(self.word(value))
    }

    /// Makes a fresh cell of a word.
    #[inline]
    pub(crate) fn cell_of<'a>(&'a self, word: Word<'a>) -> Ref<'a> {
        let place = self.reserve(Layout::new::<Slot<'a>>()).cast::<Slot<'a>>();
        // SAFETY: `reserve` gives fresh memory of this layout, which stays until the arena is dropped.
        unsafe {
            Slot::write(place, word);
            place.as_ref()
        }
    }

    /// Puts a structure, perhaps with interior mutability, into the arena.
    #[inline]
    pub(crate) fn place<T>(&self, value: T) -> &T {
        const { assert!(!std::mem::needs_drop::<T>()) };
        let place = self.reserve(Layout::new::<T>()).cast::<T>();
        // SAFETY: `reserve` gives fresh memory of this layout, which stays until the arena is dropped, and nobody else
        // has a pointer to it.
        unsafe {
            place.write(value);
            place.as_ref()
        }
    }

    /// Makes a slice of `len` elements from their indices; `fill` may use the arena.
    #[inline]
    pub(crate) fn slice_with<T>(&self, len: usize, mut fill: impl FnMut(usize) -> T) -> &[T] {
        const { assert!(!std::mem::needs_drop::<T>()) };
        let layout = Layout::array::<T>(len).expect("callers check sizes against the memory limit");
        let start = self.reserve(layout).cast::<T>();
        // SAFETY: `reserve` gives fresh memory for `len` elements; all are written before the slice is made.
        unsafe {
            for index in 0..len {
                start.add(index).write(fill(index));
            }
            std::slice::from_raw_parts(start.as_ptr(), len)
        }
    }

    /// Copies a slice into the arena.
    #[inline]
    pub(crate) fn slice<T: Copy>(&self, items: &[T]) -> &[T] {
        let start = self.reserve(Layout::for_value(items)).cast::<T>();
        // SAFETY: `reserve` gives fresh memory of the slice's layout, so the two cannot overlap.
        unsafe {
            std::ptr::copy_nonoverlapping(items.as_ptr(), start.as_ptr(), items.len());
            std::slice::from_raw_parts(start.as_ptr(), items.len())
        }
    }

    /// Copies two pieces of text into the arena, one behind the other.
    pub(crate) fn joined(&self, first: &[u8], second: &[u8]) -> &[u8] {
        let len = first.len() + second.len();
        let layout = Layout::array::<u8>(len).expect("two slices that exist are not longer than the address space");
        let start = self.reserve(layout).as_ptr().cast::<u8>();
        // SAFETY: `reserve` gives fresh memory of this length, which overlaps with neither; all of it is written.
        unsafe {
            std::ptr::copy_nonoverlapping(first.as_ptr(), start, first.len());
            std::ptr::copy_nonoverlapping(second.as_ptr(), start.add(first.len()), second.len());
            std::slice::from_raw_parts(start, len)
        }
    }

    /// Bytes in use.
    pub(crate) fn bytes(&self) -> usize {
        self.bounds().next.get().addr().get() - self.bounds.addr().get()
    }

    /// Bytes that can be in use at most.
    pub(crate) fn limit(&self) -> usize {
        self.bounds().limit
    }

    #[inline]
    fn base(&self) -> usize {
        self.bounds.addr().get()
    }

    #[inline]
    fn reserve(&self, layout: Layout) -> NonNull<u8> {
        self.bounds().reserve(layout)
    }
}

impl Drop for Arena {
    fn drop(&mut self) {
        // SAFETY: no reference into the region outlives the arena, and nothing in it needs a destructor.
        unsafe { region::release(self.bounds) };
    }
}

/// The distance of a place from the base of its arena.
#[inline]
fn units<T>(place: *const T) -> u32 {
    ((place.addr() & (SPAN - 1)) / UNIT) as u32
}

/// The place at a distance from the base of the arena that `sibling` lies in.
#[inline]
fn place_at<T, S>(sibling: *const S, units: u32) -> NonNull<T> {
    let base = sibling.addr() & !(SPAN - 1);
    let place = std::ptr::with_exposed_provenance_mut(base + units as usize * UNIT);
    // SAFETY: no arena begins at address zero, since nothing is ever mapped there.
    unsafe { NonNull::new_unchecked(place) }
}

#[cold]
fn out_of_memory(layout: Layout) -> ! {
    handle_alloc_error(layout)
}

#[cfg(test)]
mod tests;
