//! The journal of a run: what it set out to do, before it does it, so that a run that was killed can be told from
//! one that ended, and what it was in the middle of is known.
//!
//! ```text
//!   Begin ─► (Intent … ⟶ synced ⟶ the steps run ⟶ Done | Failed …)* ─► Commit | Abort
//!                                                  killed here ──────► Closed, by the next run
//! ```
//!
//! Intents are durable before the first effect of their wave: steps that become ready together share one sync.
//! Outcomes become durable with the next wave or at the end; as every step can be done again, a lost outcome costs
//! nothing but a second look.

mod recovery;

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use model::{Fingerprint, Previous};
use plan::{Step, StepId};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

pub use recovery::{Recovery, unfinished};

use crate::{durable, frame};

/// The journal of a run that is under way.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: File,
}

/// One thing that happened.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub enum Record {
    /// The run began.
    Begin {
        /// The run.
        run: String,
        /// The generation it makes; `None` for deeds outside a generation.
        generation: Option<u64>,
        /// The hash of its plan.
        plan: String,
        /// When.
        at: Timestamp,
    },
    /// A step may be carried out from now on.
    Intent {
        /// The step, whole.
        step: Box<Step>,
    },
    /// A step was carried out.
    Done {
        /// Which.
        step: StepId,
        /// What the object showed then, where it was read.
        fingerprint: Option<Fingerprint>,
        /// What the backend said.
        notes: Vec<String>,
        /// What the object was defined as before, where the unit is yet to be started with its new definition.
        #[serde(default)]
        previous: Option<Previous>,
    },
    /// A step failed; what it did is not known until it is read again.
    Failed {
        /// Which.
        step: StepId,
        /// Why.
        error: String,
    },
    /// The run ended by itself, and what it learned is saved.
    Commit,
    /// The run was stopped; nothing is in flight, and what it learned is saved.
    Abort {
        /// Why.
        reason: String,
    },
    /// The run was killed; a later one took note.
    Closed {
        /// The later run, or what else closed it.
        note: String,
        /// When.
        at: Timestamp,
    },
}

/// The journal cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It cannot be written, so nothing more is begun.
    #[error("cannot write the journal {path}", path = path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// An earlier run's journal cannot be read.
    #[error("cannot read the journal {path}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// An earlier run's journal is damaged.
    #[error(
        "the journal {path} is damaged; move it away, then `hypernix state rebuild` puts the state in order",
        path = path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: frame::Damage,
    },
}

impl Journal {
    /// Begins the journal of `run` in `directory`. Nothing is durable before the first [`Journal::write`].
    pub(crate) fn create(directory: &Path, run: &str) -> Result<Self, JournalError> {
        let path = directory.join(format!("{run}.log"));
        let open = OpenOptions::new().append(true).create_new(true).mode(0o600).open(&path);
        let opened = open.and_then(|file| durable::sync_parent(&path).map(|()| file));
        match opened {
            Ok(file) => Ok(Self { path, file }),
            Err(source) => Err(JournalError::Write { path, source }),
        }
    }

    /// Adds `records` and makes them durable.
    pub(crate) fn write(&mut self, records: &[Record]) -> Result<(), JournalError> {
        let bytes: Vec<u8> = records.iter().flat_map(frame::encode).collect();
        let written = self.file.write_all(&bytes).and_then(|()| self.file.sync_data());
        written.map_err(|source| JournalError::Write { path: self.path.clone(), source })
    }
}

impl Record {
    /// Whether a journal that ends with this record needs no recovery.
    pub(crate) const fn is_end(&self) -> bool {
        matches!(self, Self::Commit | Self::Abort { .. } | Self::Closed { .. })
    }
}

/// Removes the oldest journals so that at most `kept` are left.
pub(crate) fn prune(directory: &Path, kept: usize) -> Result<(), JournalError> {
    let paths = journals(directory)?;
    let surplus = paths.len().saturating_sub(kept);
    paths
        .into_iter()
        .take(surplus)
        .try_for_each(|path| fs::remove_file(&path).map_err(|source| JournalError::Write { path, source }))
}

/// The journals in `directory`, oldest first: runs are named so that they sort by time.
fn journals(directory: &Path) -> Result<Vec<PathBuf>, JournalError> {
    let refused = |source| JournalError::Read { path: directory.to_owned(), source };
    let mut paths = Vec::new();
    for entry in fs::read_dir(directory).map_err(refused)? {
        let path = entry.map_err(refused)?.path();
        if path.extension().is_some_and(|extension| extension == "log") {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

#[cfg(test)]
mod tests;
