//! What the daemon remembers beyond a run.
//!
//! ```text
//!   daemon ──append──► EventLog ──read, after──► API, subscriptions
//!                        └─ Local: one file on this host, every append synced before it returns
//! ```
//!
//! [`EventLog`] is the seam for a mesh: there one appends by agreement and every member holds the same log. A
//! [`Cursor`] is the place in that log, so whoever resumes by one need not know which of the two it speaks to.

mod cursor;
mod event;
mod local;
mod query;

pub use cursor::{Cursor, ParseCursorError};
pub use event::{Event, EventType, NewEvent, Severity};
pub use local::Local;
pub use query::{Query, Resumed};

/// A log of events in one order, the oldest of which are forgotten beyond a bound.
pub trait EventLog: Send + Sync {
    /// Adds events, all or none, and gives them back as they were written. Returns once they would survive a power
    /// cut.
    ///
    /// # Errors
    /// When they cannot be written.
    fn append(&self, events: Vec<NewEvent>) -> Result<Vec<Event>, StoreError>;

    /// The newest events that `query` asks for, newest first.
    ///
    /// # Errors
    /// When the log cannot be read.
    fn read(&self, query: &Query) -> Result<Vec<Event>, StoreError>;

    /// What came after `cursor`, oldest first, at most `limit` events.
    ///
    /// # Errors
    /// When the log cannot be read.
    fn after(&self, cursor: Cursor, limit: usize) -> Result<Resumed, StoreError>;
}

/// The store cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be opened.
    #[error("cannot open {path}", path = path.display())]
    Open {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        source: Box<redb::Error>,
    },
    /// It cannot be read.
    #[error("cannot read the log of events")]
    Read(#[source] Box<redb::Error>),
    /// It cannot be written.
    #[error("cannot write the log of events")]
    Write(#[source] Box<redb::Error>),
    /// A record is not an event.
    #[error("the event {cursor} cannot be understood")]
    Record {
        /// Which.
        cursor: Cursor,
        /// Why.
        source: serde_json::Error,
    },
}
