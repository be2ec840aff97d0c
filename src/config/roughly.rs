//! Sizes of the host, as people speak of them.

use std::fmt;

use model::Bytes;

/// A size in GiB with one digit after the point, or in MiB where it is less than one. It is rounded down, so that what
/// does not fit never looks as if it did.
pub(crate) struct Roughly(pub(crate) Bytes);

impl fmt::Display for Roughly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mebibytes = self.0.get() >> 20;
        if mebibytes < 1024 {
            return write!(f, "{mebibytes} MiB");
        }
        match (mebibytes >> 10, ((mebibytes & 1023) * 10) >> 10) {
            (whole, 0) => write!(f, "{whole} GiB"),
            (whole, tenths) => write!(f, "{whole}.{tenths} GiB"),
        }
    }
}
