//! Our own Nix files, carried in the binary: the module system (`nix/`) and the options (`modules/`).

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use nix_eval::{DirEntry, EvalIo, FileType, OverlayIo};

/// Where they appear to an evaluation.
pub(super) const PREFIX: &str = "/builtin/hypernix";

include!(concat!(env!("OUT_DIR"), "/bundled.rs"));

/// Our files over those of `below`.
pub(super) fn over(below: Arc<dyn EvalIo>) -> Arc<dyn EvalIo> {
    Arc::new(OverlayIo::new(PREFIX, FILES.iter().copied(), below).with_trees(TREES.iter().copied()))
}

/// No files at all.
pub(super) fn nothing() -> Arc<dyn EvalIo> {
    Arc::new(Nothing)
}

struct Nothing;

impl EvalIo for Nothing {
    fn read_file(&self, _: &Path) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn read_dir(&self, _: &Path) -> io::Result<Vec<DirEntry>> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn file_type(&self, _: &Path) -> io::Result<Option<FileType>> {
        Ok(None)
    }

    fn canonicalize(&self, _: &Path) -> io::Result<PathBuf> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn read_link(&self, _: &Path) -> io::Result<PathBuf> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn is_executable(&self, _: &Path) -> io::Result<bool> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn modified(&self, _: &Path) -> io::Result<u64> {
        Err(io::ErrorKind::NotFound.into())
    }
}

#[cfg(test)]
mod tests {
    use super::{FILES, TREES};

    #[test]
    fn every_bundled_file_is_carried_with_the_tree_of_its_text() {
        assert!(!FILES.is_empty());
        for ((path, text), tree) in FILES.iter().zip(TREES) {
            let text = std::str::from_utf8(text).expect("our files are text");
            assert_eq!(*tree, (*path, &*nix_eval::syntax_tree(text).expect(path)));
        }
        assert_eq!(FILES.len(), TREES.len());
    }
}
