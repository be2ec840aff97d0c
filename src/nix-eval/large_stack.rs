//! Deep recursion without overflow: a thread with a large stack, and a look at how much of it is left.

use std::cell::Cell;
use std::panic::resume_unwind;
use std::thread;

/// Reserved address space; the system commits only what is touched.
const SIZES: [usize; 3] = [1 << 30, 256 << 20, 64 << 20];

/// What is assumed of a thread that was not started here.
const SMALL: usize = 1 << 20;

/// Left untouched for what runs between two checks.
const MARGIN: usize = 192 << 10;

thread_local! {
    static FLOOR: Cell<usize> = const { Cell::new(0) };
}

/// Runs `work` on a thread of its own with a stack of up to 1 GiB and waits for it.
///
/// Evaluation, printing and conversion recurse natively; on an ordinary thread they give a
/// stack overflow *error* much earlier.
pub fn run_on_large_stack<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    let mut work = Some(work);
    for size in SIZES {
        let outcome = thread::scope(|scope| {
            let builder = thread::Builder::new().name("nix-eval".to_owned()).stack_size(size);
            let slot = &mut work;
            let run = move || {
                FLOOR.set(here().saturating_sub(size - MARGIN));
                slot.take().map(|work| work())
            };
            match builder.spawn_scoped(scope, run) {
                Ok(handle) => handle.join().unwrap_or_else(|panic| resume_unwind(panic)),
                Err(_) => None,
            }
        });
        if let Some(outcome) = outcome {
            return outcome;
        }
    }
    (work.take().expect("no thread could be started, so nothing took the work"))()
}

/// The lowest address the current thread's stack may reach.
pub(crate) fn floor() -> usize {
    if FLOOR.get() == 0 {
        FLOOR.set(here().saturating_sub(SMALL - MARGIN));
    }
    FLOOR.get()
}

/// An address near the top of the stack in use.
#[inline(always)]
pub(crate) fn here() -> usize {
    let marker = 0u8;
    std::ptr::from_ref(std::hint::black_box(&marker)).addr()
}
