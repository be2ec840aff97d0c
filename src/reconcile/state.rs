//! The state directory: where everything that outlives a run is kept.
//!
//! ```text
//!   <state>/owner-id                  this instance, made once at random
//!           lock                      one writer at a time (see `lock`)
//!           unconfirmed, confirm.sock a run that waits for somebody's word (see `confirmation`)
//!           state/applied.log         what was last applied, by resource
//!           state/held.json           units whose power was settled by hand
//!           journal/<run>.log         what a run set out to do, and what became of it
//!           generations/<n>/          what was wanted, by apply
//!           images/ seeds/ files/ pools/ logs/   the backends' files; guests read them
//! ```

mod held;
mod owner;
mod rebuild;
mod row;
mod rows;

use std::path::{Path, PathBuf};

use model::OwnerId;

pub use held::Held;
pub use rebuild::rebuild;
pub(crate) use rebuild::spoken_for;
pub use rows::{Loaded, Rows, Saved};

use crate::{Confirmation, durable, frame::Damage, generations::Generations};
pub(crate) use row::{UNKNOWN_GRACE, empty_spec, row_of, row_of_mark};

/// An open state directory.
#[derive(Clone, Debug)]
pub struct StateDir {
    root: PathBuf,
    owner: OwnerId,
    rows: Rows,
}

/// The state cannot be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// A directory cannot be made.
    #[error("cannot make the state directory {path}", path = path.display())]
    Directory {
        /// Which.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// A file cannot be read.
    #[error("cannot read {path}", path = path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {path}", path = path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// A file is damaged.
    #[error(
        "{path} is damaged; `hypernix state rebuild` makes it anew from the marks on the objects",
        path = path.display()
    )]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        source: Damage,
    },
    /// A newer version of the program wrote a file.
    #[error(
        "{path} has format {found}, and this version knows formats up to {known}: use the version of hypernix that wrote it",
        path = path.display()
    )]
    Newer {
        /// Which.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The newest format that is known here.
        known: u32,
    },
    /// The owner id is not a UUID.
    #[error(
        "{path} does not hold a UUID but `{text}`: put back the one that the marks on this host's objects carry",
        path = path.display()
    )]
    Owner {
        /// The file.
        path: PathBuf,
        /// What it holds.
        text: String,
    },
}

/// Directories that only we read.
const PRIVATE: [&str; 3] = ["state", "journal", "generations"];
/// Directories that the backends read too.
const SHARED: [&str; 5] = ["images", "seeds", "files", "pools", "logs"];

impl StateDir {
    /// Opens the state directory at `root`, making it and its owner id where they do not exist.
    ///
    /// # Errors
    /// When a directory cannot be made, or the owner id cannot be read, written or understood.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self, StateError> {
        let root = root.into();
        let make = |path: PathBuf, mode| {
            durable::directory(&path, mode).map_err(|source| StateError::Directory { path, source })
        };
        make(root.clone(), 0o711)?;
        PRIVATE.iter().try_for_each(|name| make(root.join(name), 0o700))?;
        SHARED.iter().try_for_each(|name| make(root.join(name), 0o755))?;
        let owner = owner::read_or_make(&root.join("owner-id"))?;
        let rows = Rows::at(root.join("state/applied.log"));
        Ok(Self { root, owner, rows })
    }

    /// This instance's id: every mark we leave carries it.
    pub const fn owner(&self) -> OwnerId {
        self.owner
    }

    /// Where the state is kept.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// What was last applied.
    pub fn rows(&self) -> Rows {
        self.rows.clone()
    }

    /// The units whose power was settled by hand.
    pub fn held(&self) -> Held {
        Held::at(self.root.join("state/held.json"))
    }

    pub(crate) fn lock_file(&self) -> PathBuf {
        self.root.join("lock")
    }

    pub(crate) fn journals(&self) -> PathBuf {
        self.root.join("journal")
    }

    /// What waits to be confirmed.
    pub fn confirmation(&self) -> Confirmation {
        Confirmation::of(self)
    }

    /// What was wanted, apply by apply.
    pub fn generations(&self) -> Generations {
        Generations::at(self.root.join("generations"))
    }
}

#[cfg(test)]
mod tests;
