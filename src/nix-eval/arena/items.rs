//! A list's elements, and a function with arguments: a length and a place, in twelve bytes.

use std::alloc::Layout;
use std::marker::PhantomData;
use std::ptr::NonNull;

use super::{Arena, Slot, place_at, units};
use crate::value::{Ref, Value};

/// The elements of a list, four bytes each.
#[derive(Clone, Copy)]
#[repr(C, packed(4))]
pub(crate) struct Items<'a> {
    len: u32,
    start: NonNull<u32>,
    owner: PhantomData<Ref<'a>>,
}

/// Slots that lie one after the other.
#[derive(Clone, Copy)]
#[repr(C, packed(4))]
pub(crate) struct Slots<'a> {
    len: u32,
    start: NonNull<Slot<'a>>,
    owner: PhantomData<Ref<'a>>,
}

impl Arena {
    /// Makes a list of `len` elements from their indices; `fill` may use the arena.
    #[inline]
    pub(crate) fn items_with<'a>(&'a self, len: usize, mut fill: impl FnMut(usize) -> Ref<'a>) -> Items<'a> {
        // An empty place would be the address of whatever is made next, and addresses tell lists apart.
        if len == 0 {
            return Items::NONE;
        }
        let elements = self.slice_with(len, |index| units(fill(index)));
        Items { len: len as u32, start: NonNull::from(elements).cast(), owner: PhantomData }
    }

    /// Makes a list of its elements.
    #[inline]
    pub(crate) fn items<'a>(&'a self, items: &[Ref<'a>]) -> Items<'a> {
        self.items_with(items.len(), |index| items[index])
    }

    /// Puts a function and its arguments into slots.
    #[inline]
    pub(crate) fn application<'a>(&'a self, function: Value<'a>, args: &[Value<'a>]) -> Slots<'a> {
        let len = args.len() + 1;
        let layout = Layout::array::<Slot<'a>>(len).expect("callers have few arguments");
        let start = self.reserve(layout).cast::<Slot<'a>>();
        // SAFETY: `reserve` gives fresh memory for `len` slots; all are written.
        unsafe {
            Slot::write(start, self.word(function));
            for (index, arg) in args.iter().enumerate() {
                Slot::write(start.add(index + 1), self.word(*arg));
            }
        }
        Slots { len: len as u32, start, owner: PhantomData }
    }
}

impl<'a> Items<'a> {
    /// No elements.
    pub(crate) const NONE: Items<'a> = Items { len: 0, start: NonNull::dangling(), owner: PhantomData };

    /// # Safety
    /// `start` must be the first of `len` elements in an arena.
    #[inline]
    pub(super) unsafe fn new(start: NonNull<u32>, len: u32) -> Self {
        Self { len, start, owner: PhantomData }
    }

    #[inline]
    pub(super) fn units(self) -> u32 {
        units(self.start.as_ptr())
    }

    /// Where the elements are; lists of the same elements may share them.
    pub(crate) fn address(self) -> usize {
        let start = self.start;
        start.addr().get()
    }

    #[inline]
    pub(crate) fn len(self) -> usize {
        self.len as usize
    }

    #[inline]
    pub(crate) fn is_empty(self) -> bool {
        self.len == 0
    }

    #[inline]
    pub(crate) fn at(self, index: usize) -> Ref<'a> {
        assert!(index < self.len());
        let start = self.start;
        // SAFETY: all elements below the length were written, as distances of slots in the same arena.
        unsafe { place_at(start.as_ptr(), start.add(index).read()).as_ref() }
    }

    #[inline]
    pub(crate) fn get(self, index: usize) -> Option<Ref<'a>> {
        (index < self.len()).then(|| self.at(index))
    }

    #[inline]
    pub(crate) fn first(self) -> Option<Ref<'a>> {
        self.get(0)
    }

    /// All but the first element.
    pub(crate) fn rest(self) -> Option<Items<'a>> {
        let len = self.len.checked_sub(1)?;
        let start = self.start;
        // SAFETY: there is an element at `start`.
        Some(Items { len, start: unsafe { start.add(1) }, owner: PhantomData })
    }

    #[inline]
    pub(crate) fn iter(self) -> impl ExactSizeIterator<Item = Ref<'a>> + DoubleEndedIterator + Clone {
        (0..self.len()).map(move |index| self.at(index))
    }
}

impl<'a> Slots<'a> {
    /// # Safety
    /// `start` must be the first of `len` slots in an arena.
    #[inline]
    pub(super) unsafe fn new(start: NonNull<Slot<'a>>, len: u32) -> Self {
        Self { len, start, owner: PhantomData }
    }

    #[inline]
    pub(super) fn units(self) -> u32 {
        units(self.start.as_ptr())
    }

    #[inline]
    pub(crate) fn len(self) -> usize {
        self.len as usize
    }

    /// The function of an application.
    #[inline]
    pub(crate) fn function(self) -> Ref<'a> {
        &self.all()[0]
    }

    /// The arguments of an application.
    #[inline]
    pub(crate) fn args(self) -> &'a [Slot<'a>] {
        &self.all()[1..]
    }

    #[inline]
    fn all(self) -> &'a [Slot<'a>] {
        // SAFETY: all slots were written, and they stay as long as the arena.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.len()) }
    }
}
