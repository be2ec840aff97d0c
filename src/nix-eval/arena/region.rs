//! The address space of an arena: reserved whole, made readable piece by piece.

use std::alloc::Layout;
use std::cell::Cell;
use std::ptr::{NonNull, null_mut};

use rustix::mm::{Advice, MapFlags, MprotectFlags, ProtFlags, madvise, mmap_anonymous, mprotect, munmap};

use super::{SPAN, out_of_memory};

/// Made readable at first; each further piece is as large as all before, up to `LARGEST_PIECE`.
const FIRST_PIECE: usize = 2 << 20;
const LARGEST_PIECE: usize = 64 << 20;

/// From here on memory is backed by huge pages where the system has them; little evaluations need none.
const HUGE_PAGES_FROM: usize = FIRST_PIECE;

/// What is tried where the system grants no full span, as under `ulimit -v`.
const SMALLER: [usize; 4] = [4 << 30, 1 << 30, 256 << 20, 64 << 20];

/// How many places are tried for a smaller region.
const TRIES: usize = 64;

/// The head of a region: where the free part of an arena begins and ends.
pub(super) struct Bounds {
    pub(super) next: Cell<NonNull<u8>>,
    /// The end of what is readable.
    end: Cell<NonNull<u8>>,
    /// The size of the region.
    pub(super) limit: usize,
}

/// Reserves a region aligned to `SPAN` and makes its head.
pub(super) fn reserve() -> NonNull<Bounds> {
    let layout = Layout::new::<Bounds>();
    let found = full_span().or_else(|| SMALLER.into_iter().find_map(|size| Some((somewhere(size)?, size))));
    let Some((base, limit)) = found else { out_of_memory(layout) };
    // Offsets are turned back into pointers by their numbers alone.
    base.as_ptr().expose_provenance();
    let next = Cell::new(base);
    let bounds = Bounds { end: next.clone(), next, limit };
    bounds.extend(FIRST_PIECE.min(limit));
    let head = base.cast::<Bounds>();
    // SAFETY: the region's first piece is readable and writable now, larger than the head, and aligned to more.
    unsafe {
        bounds.next.set(base.add(layout.size()));
        head.write(bounds);
    }
    head
}

/// Gives a region back.
///
/// # Safety
/// Nobody may use anything in it any more.
pub(super) unsafe fn release(head: NonNull<Bounds>) {
    // SAFETY: the head was written by `reserve`; the region is one mapping of this size, given back once.
    let released = unsafe { munmap(head.as_ptr().cast(), head.as_ref().limit) };
    debug_assert!(released.is_ok());
}

/// Reserves twice the span and gives back what lies before and behind the aligned part.
fn full_span() -> Option<(NonNull<u8>, usize)> {
    let start = map(null_mut(), 2 * SPAN, MapFlags::empty())?;
    let before = start.align_offset(SPAN);
    // SAFETY: both parts belong to the mapping just made, and nothing lies in it yet.
    unsafe {
        let base = start.add(before);
        if before > 0 {
            munmap(start.as_ptr().cast(), before).ok()?;
        }
        munmap(base.add(SPAN).as_ptr().cast(), SPAN - before).ok()?;
        Some((base, SPAN))
    }
}

/// Reserves less than a span at one of the places that are aligned to it.
fn somewhere(size: usize) -> Option<NonNull<u8>> {
    (64..64 + TRIES).find_map(|place| {
        let wanted = std::ptr::without_provenance_mut(place * SPAN);
        map(wanted, size, MapFlags::FIXED_NOREPLACE).filter(|found| found.as_ptr().cast() == wanted)
    })
}

fn map(wanted: *mut std::ffi::c_void, size: usize, flags: MapFlags) -> Option<NonNull<u8>> {
    // SAFETY: the mapping is fresh: without an address, or at one where nothing is mapped.
    let mapped = unsafe {
        mmap_anonymous(wanted, size, ProtFlags::empty(), MapFlags::PRIVATE | MapFlags::NORESERVE | flags).ok()?
    };
    NonNull::new(mapped.cast())
}

impl Bounds {
    /// Takes memory.
    #[inline]
    pub(super) fn reserve(&self, layout: Layout) -> NonNull<u8> {
        let next = self.next.get();
        let needed = next.align_offset(layout.align()).saturating_add(layout.size());
        if needed > self.end.get().addr().get() - next.addr().get() {
            self.extend_for(layout, needed);
        }
        // SAFETY: `needed` bytes are free between `next` and `end`.
        unsafe {
            self.next.set(next.add(needed));
            next.add(needed - layout.size())
        }
    }

    #[cold]
    fn extend_for(&self, layout: Layout, needed: usize) {
        let base = self.end.get().addr().get() & !(SPAN - 1);
        let readable = self.end.get().addr().get() - base;
        let free = self.end.get().addr().get() - self.next.get().addr().get();
        let missing = (needed - free).next_multiple_of(FIRST_PIECE);
        let left = self.limit - readable;
        if missing > left {
            out_of_memory(layout);
        }
        self.extend(missing.max(readable.min(LARGEST_PIECE)).min(left));
    }

    /// Makes the next `size` bytes readable.
    fn extend(&self, size: usize) {
        let end = self.end.get();
        // SAFETY: the range lies in our own mapping; neither call changes any content.
        unsafe {
            let readable = mprotect(end.as_ptr().cast(), size, MprotectFlags::READ | MprotectFlags::WRITE);
            if readable.is_err() {
                out_of_memory(Layout::from_size_align_unchecked(size, 1));
            }
            if end.addr().get() & (SPAN - 1) >= HUGE_PAGES_FROM {
                // A system without huge pages is only slower.
                madvise(end.as_ptr().cast(), size, Advice::LinuxHugepage).unwrap_or_default();
            }
            self.end.set(end.add(size));
        }
    }
}
