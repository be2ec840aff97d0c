//! The format of `nix-store --export`: NARs with their paths and references, one after the other.

use std::collections::BTreeSet;
use std::path::Path;

use super::nar;
use super::path::{StoreDir, StorePath};
use crate::error::fault::Res;
use crate::io::EvalIo;

/// Stands between a NAR and its path.
const MARK: u64 = 0x4558_494e;

/// A stream of objects.
#[derive(Default)]
pub(super) struct Export(Vec<u8>);

impl Export {
    pub(super) fn add(
        &mut self,
        dir: &StoreDir,
        io: &dyn EvalIo,
        path: &StorePath,
        references: &BTreeSet<StorePath>,
    ) -> Res<()> {
        self.number(1);
        let object = dir.print(path);
        nar::dump(io, Path::new(&object), &|_| true, &mut |bytes| self.0.extend(bytes))?;
        self.number(MARK);
        self.text(&object);
        self.number(references.len() as u64);
        for reference in references {
            self.text(&dir.print(reference));
        }
        // Nobody knows what made it.
        self.text("");
        self.number(0);
        Ok(())
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        self.number(0);
        self.0
    }

    fn number(&mut self, n: u64) {
        self.0.extend(n.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        nar::put(text.as_bytes(), &mut |bytes| self.0.extend(bytes));
    }
}
