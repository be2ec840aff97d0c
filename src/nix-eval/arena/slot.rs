//! The place of a value: eight bytes, aligned to four so that frames have no padding.

use std::cell::Cell;
use std::marker::PhantomData;
use std::ptr::NonNull;

use super::word::{Kind, Word, decode};
use super::{SPAN, place_at};
use crate::value::Value;

/// A shared place for a value. Forcing a thunk overwrites it with the result.
///
/// Slots lie in arenas only: nobody can make or move one.
pub(crate) struct Slot<'a> {
    low: Cell<u32>,
    high: Cell<u32>,
    owner: PhantomData<Cell<&'a ()>>,
}

impl<'a> Slot<'a> {
    /// Fills fresh memory.
    ///
    /// # Safety
    /// `place` must be memory of the word's arena, valid for a slot.
    #[inline]
    pub(super) unsafe fn write(place: NonNull<Slot<'a>>, word: Word<'a>) {
        let (low, high) = (word.bits() as u32, (word.bits() >> 32) as u32);
        // SAFETY: the caller gives valid memory.
        unsafe { place.write(Slot { low: Cell::new(low), high: Cell::new(high), owner: PhantomData }) };
    }

    /// Puts a word in.
    #[inline]
    pub(crate) fn put(&self, word: Word<'a>) {
        self.low.set(word.bits() as u32);
        self.high.set((word.bits() >> 32) as u32);
    }

    /// What is in it.
    #[inline]
    pub(crate) fn word(&self) -> Word<'a> {
        Word::from_bits(u64::from(self.high.get()) << 32 | u64::from(self.low.get()))
    }

    /// The value in it.
    #[inline]
    pub(crate) fn get(&self) -> Value<'a> {
        decode(std::ptr::from_ref(self).addr() & !(SPAN - 1), self.word())
    }

    /// The slot that this one is a link to, or itself.
    #[inline]
    pub(crate) fn target(&'a self) -> &'a Slot<'a> {
        let word = self.word();
        if word.kind() == Kind::Alias {
            // SAFETY: a link was made of a slot in the same arena.
            return unsafe { place_at(std::ptr::from_ref(self), word.distance()).as_ref() };
        }
        self
    }
}
