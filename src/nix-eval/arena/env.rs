//! Environments: the variables an expression sees, frame by frame. A frame's slots lie right behind its header.

use std::alloc::Layout;
use std::marker::PhantomData;
use std::ptr::NonNull;

use super::{Arena, Slot, Word, place_at, units};
use crate::value::Ref;

/// One frame of variables and the frames around it.
#[derive(Clone, Copy)]
pub(crate) struct Env<'a> {
    header: NonNull<Header>,
    owner: PhantomData<Ref<'a>>,
}

#[repr(C)]
pub(super) struct Header {
    /// The distance of the frame around this one from the arena's base; 0 where there is none.
    up: u32,
    #[cfg(debug_assertions)]
    len: u32,
}

impl Arena {
    /// Makes a frame with `len` slots.
    #[inline]
    pub(crate) fn frame<'a>(
        &'a self,
        up: Option<Env<'a>>,
        len: usize,
        mut fill: impl FnMut(usize) -> Word<'a>,
    ) -> Env<'a> {
        let slots = Layout::array::<Slot<'a>>(len).expect("a frame has at most as many slots as its source has bytes");
        let (layout, offset) = Layout::new::<Header>().extend(slots).expect("the same");
        debug_assert_eq!(offset, size_of::<Header>());
        let header = self.reserve(layout).cast::<Header>();
        // SAFETY: the memory is fresh and has room for the header and, at the header's end, `len` slots.
        unsafe {
            header.write(Header {
                up: up.map_or(0, Env::units),
                #[cfg(debug_assertions)]
                len: len as u32,
            });
            let first = header.byte_add(offset).cast::<Slot<'a>>();
            for index in 0..len {
                Slot::write(first.add(index), fill(index));
            }
        }
        Env { header, owner: PhantomData }
    }
}

impl Arena {
    /// Makes a frame whose slots are null until they are put in.
    #[inline]
    pub(crate) fn blank_frame<'a>(&'a self, up: Env<'a>, len: usize) -> Env<'a> {
        let slots = Layout::array::<Slot<'a>>(len).expect("a frame has at most as many slots as its source has bytes");
        let (layout, _) = Layout::new::<Header>().extend(slots).expect("the same");
        let header = self.reserve(layout).cast::<Header>();
        // SAFETY: the memory is fresh and has room for the header; behind it, it is zero as the system gave it, which
        // is what slots that hold null consist of.
        unsafe {
            header.write(Header {
                up: up.units(),
                #[cfg(debug_assertions)]
                len: len as u32,
            });
        }
        Env { header, owner: PhantomData }
    }
}

impl<'a> Env<'a> {
    /// # Safety
    /// `header` must be that of a frame in an arena.
    #[inline]
    pub(super) unsafe fn new(header: NonNull<Header>) -> Self {
        Self { header, owner: PhantomData }
    }

    #[inline]
    pub(super) fn units(self) -> u32 {
        units(self.header.as_ptr())
    }

    /// The cell of a variable `depth` frames out.
    #[inline]
    pub(crate) fn slot(self, depth: u16, slot: u32) -> Ref<'a> {
        let mut env = self;
        for _ in 0..depth {
            env = env.up();
        }
        env.own(slot)
    }

    #[inline]
    fn up(self) -> Env<'a> {
        // SAFETY: an `Env` is made only of frames, whose header is written, and lives no longer than the arena.
        let up = unsafe { self.header.as_ref().up };
        debug_assert!(up != 0, "lowering counts the frames");
        Env { header: place_at(self.header.as_ptr(), up), owner: PhantomData }
    }

    /// The cell of a variable of this frame.
    #[inline]
    pub(crate) fn own(self, slot: u32) -> Ref<'a> {
        // SAFETY: as in `up`; and lowering hands out only slots below the number that it also gives to the code that
        // makes the frame, as the assertion checks in every test.
        unsafe {
            #[cfg(debug_assertions)]
            assert!(slot < self.header.as_ref().len, "slot {slot} is outside its frame");
            self.header.add(1).cast::<Slot<'a>>().add(slot as usize).as_ref()
        }
    }
}
