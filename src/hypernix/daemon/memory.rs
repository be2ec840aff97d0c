//! Memory that is not needed any more once everything was read: what the C library keeps for the process unless it is
//! asked, and the pages of the program itself that only reading and evaluating touch.

/// Has all threads allocate from the same few places: each further one keeps what another could use.
pub(super) fn settle() {
    #[cfg(target_env = "gnu")]
    // SAFETY: it sets a number that later allocations look at.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 1);
    }
}

/// Gives back what is free, and what the kernel can read again.
pub(super) fn give_back() {
    #[cfg(target_env = "gnu")]
    // SAFETY: it asks for nothing but that the allocator, which is in order, looks through what is free.
    unsafe {
        libc::malloc_trim(0);
    }
    #[cfg(target_os = "linux")]
    forget_program();
}

/// Lets go of the program's code; what is used of it comes back from the page cache, page by page.
#[cfg(target_os = "linux")]
fn forget_program() {
    use rustix::mm::{Advice, madvise};

    unsafe extern "C" {
        static __executable_start: u8;
        static etext: u8;
    }
    let (start, end) = (&raw const __executable_start, &raw const etext);
    // SAFETY: the linker puts both symbols around headers, constants and code. These are mapped from the program's
    // file and never written to, so nothing but the mapping of the pages is lost.
    let forgotten = unsafe { madvise(start.cast_mut().cast(), end.addr() - start.addr(), Advice::LinuxDontNeed) };
    if let Err(error) = forgotten {
        tracing::debug!(%error, "the program's pages stay");
    }
}
