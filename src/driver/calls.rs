//! Counts the calls made to a backend, so that "a second apply writes nothing" is a number.

use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

/// The counter that a driver bumps before each call.
#[derive(Debug, Default)]
pub struct Calls {
    reads: AtomicU64,
    writes: AtomicU64,
}

/// How many calls were made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallCount {
    /// Calls that only read.
    pub reads: u64,
    /// Calls that can change something.
    pub writes: u64,
}

impl Calls {
    /// Counts a call that only reads.
    pub fn read(&self) {
        self.reads.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts a call that can change something.
    pub fn write(&self) {
        self.writes.fetch_add(1, Ordering::Relaxed);
    }

    /// The counts so far.
    pub fn count(&self) -> CallCount {
        CallCount { reads: self.reads.load(Ordering::Relaxed), writes: self.writes.load(Ordering::Relaxed) }
    }
}
