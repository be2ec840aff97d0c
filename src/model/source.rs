//! Where a value was written.

use std::{fmt, path::PathBuf};

use serde::{Deserialize, Serialize};

/// A place in a file; lines and columns count from 1.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourcePos {
    /// The file, as the evaluator named it.
    pub file: PathBuf,
    /// The line, from 1; 0 where only the file is known.
    #[serde(default)]
    pub line: u32,
    /// The column in characters, from 1; 0 where only the file is known.
    #[serde(default)]
    pub column: u32,
}

impl fmt::Display for SourcePos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        Ok(())
    }
}
