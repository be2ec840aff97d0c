//! What the fuzz targets share: settings under which no text can do harm, and the check that it does none.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nix_eval::{DirEntry, EvalError, EvalIo, Evaluator, FileType, PipeOperators, Purity, Settings, evaluate};

/// How many calls an evaluation may make.
const FUEL: u64 = 50_000;

/// How many bytes an evaluation may take.
const MEMORY: usize = 128 << 20;

/// No files at all.
struct NoFiles;

impl EvalIo for NoFiles {
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

/// Runs `work` on an evaluator with limits; errors are fine, panics and hangs are findings.
pub fn within_limits(work: impl for<'a> Fn(&mut Evaluator<'a>) -> Result<(), EvalError> + Send) {
    let settings = Settings {
        io: Arc::new(NoFiles),
        purity: Purity::Pure,
        pipe_operators: PipeOperators::Accepted,
        fuel: Some(FUEL),
        memory: Some(MEMORY),
        trace: Arc::new(|_| ()),
        ..Settings::default()
    };
    if let Err(error) = evaluate(settings, work) {
        assert!(!error.report().to_string().is_empty(), "an error says something");
    }
}

/// A text as a JSON value.
#[must_use]
pub fn json_text(text: &str) -> serde_json::Value {
    text.into()
}
