//! Source texts and the positions in them.
//!
//! A position is one `u32`: an offset into all sources laid end to end. Line and column are found when somebody asks.

use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A stretch of source text; `Span::NONE` where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub(crate) struct Span {
    pub(crate) start: u32,
    pub(crate) len: u32,
}

impl Span {
    pub(crate) const NONE: Span = Span { start: 0, len: 0 };

    /// A span known only by where it begins.
    pub(crate) fn at(start: u32) -> Span {
        Span { start, len: 0 }
    }

    pub(crate) fn is_none(self) -> bool {
        self.start == 0
    }
}

/// Where in a source something stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// The file's path, or `«string»` for text that came from no file.
    pub file: String,
    /// Line, counted from 1.
    pub line: u32,
    /// Column in bytes, counted from 1.
    pub column: u32,
}

impl std::fmt::Display for Position {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// One source text.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) path: Option<PathBuf>,
    pub(crate) text: Arc<str>,
    pub(crate) base: u32,
    /// The offsets of the line ends, found when a position is first asked for.
    newlines: OnceCell<Vec<u32>>,
}

impl Source {
    pub(crate) fn name(&self) -> String {
        match &self.path {
            Some(path) => path.to_string_lossy().into_owned(),
            None => "«string»".to_owned(),
        }
    }

    /// Line and column, both from 1, of a byte offset in this text.
    pub(crate) fn line_column(&self, offset: usize) -> (u32, u32) {
        let newlines = self.newlines.get_or_init(|| {
            let bytes = self.text.bytes().enumerate();
            bytes.filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at as u32).collect()
        });
        let before = newlines.partition_point(|newline| (*newline as usize) < offset);
        let line_start = before.checked_sub(1).map_or(0, |last| newlines[last] as usize + 1);
        (before as u32 + 1, (offset - line_start) as u32 + 1)
    }
}

/// All sources of one evaluation, laid end to end.
#[derive(Debug)]
pub(crate) struct Sources {
    all: Vec<Source>,
    next: u32,
}

impl Sources {
    pub(crate) fn new() -> Self {
        Self { all: Vec::new(), next: 1 }
    }

    /// Registers a text and gives the offset of its first byte, or `None` when all sources exceed 4 GiB.
    pub(crate) fn add(&mut self, path: Option<&Path>, text: Arc<str>) -> Option<u32> {
        let base = self.next;
        self.next = base.checked_add(u32::try_from(text.len()).ok()?)?.checked_add(1)?;
        self.all.push(Source { path: path.map(Path::to_owned), text, base, newlines: OnceCell::new() });
        Some(base)
    }

    /// The source that came from a file.
    pub(crate) fn of_file(&self, path: &Path) -> Option<&Source> {
        self.all.iter().find(|source| source.path.as_deref() == Some(path))
    }

    /// The files outside the folders of libraries.
    pub(crate) fn files_of_user(&self, libraries: &[PathBuf]) -> impl Iterator<Item = &Source> {
        let is_library = |path: &PathBuf| libraries.iter().any(|library| path.starts_with(library));
        self.all.iter().filter(move |source| source.path.as_ref().is_some_and(|path| !is_library(path)))
    }

    /// How many of them are files.
    pub(crate) fn files(&self) -> usize {
        self.all.iter().filter(|source| source.path.is_some()).count()
    }

    /// Bytes of text in all of them.
    pub(crate) fn bytes(&self) -> usize {
        self.all.iter().map(|source| source.text.len()).sum()
    }

    /// The source a span lies in, with the span's byte offset in it.
    pub(crate) fn locate(&self, span: Span) -> Option<(&Source, usize)> {
        if span.is_none() {
            return None;
        }
        let index = self.all.partition_point(|source| source.base <= span.start).checked_sub(1)?;
        let source = &self.all[index];
        Some((source, (span.start - source.base) as usize))
    }

    pub(crate) fn position(&self, span: Span) -> Option<Position> {
        let (source, offset) = self.locate(span)?;
        let (line, column) = source.line_column(offset);
        Some(Position { file: source.name(), line, column })
    }
}
