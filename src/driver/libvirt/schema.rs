//! libvirt's check of a document against its schema: made for the first of a shape, and one at a time.

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use super::{LibvirtError, connections::Link};

/// How often, and how long apart, a check is made again that fell over another client's.
const AGAIN: (u32, Duration) = (5, Duration::from_millis(100));

/// Who checks: one at a time. A libvirtd's first check sets libxml2's table of types up (`xmlSchemaInitTypes`), which
/// two of its threads must not do at once: one reads the half-filled table of the other and takes the schema to be
/// broken.
static TURN: Mutex<()> = Mutex::new(());

/// Which shapes have passed the check.
#[derive(Debug, Default)]
pub(super) struct Schema {
    passed: Mutex<HashSet<String>>,
}

/// Whether libvirt is to check the document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Check {
    /// It is the first of its shape.
    Yes,
    /// One of its shape has passed; the check takes as long as all the rest.
    No,
}

impl Schema {
    /// Makes the call `define` for a document of this `shape`.
    ///
    /// # Errors
    /// Those of the call.
    pub(super) fn define<T>(
        &self,
        link: &Link<'_>,
        shape: &str,
        define: impl Fn(Check) -> Result<T, LibvirtError>,
    ) -> Result<T, LibvirtError> {
        if self.has_passed(shape) {
            return define(Check::No);
        }
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        if self.has_passed(shape) {
            drop(turn);
            return define(Check::No);
        }
        let defined = link.again_while(AGAIN, is_broken_schema, || define(Check::Yes))?;
        self.passed.lock().unwrap_or_else(PoisonError::into_inner).insert(shape.to_owned());
        Ok(defined)
    }

    fn has_passed(&self, shape: &str) -> bool {
        self.passed.lock().unwrap_or_else(PoisonError::into_inner).contains(shape)
    }
}

/// libvirt's words for a schema that it cannot read, which it is not by itself: another client of the same libvirtd
/// had its first document checked at the same instant.
fn is_broken_schema(message: &str) -> bool {
    message.contains("Unable to parse RNG")
}

#[cfg(test)]
mod tests;
