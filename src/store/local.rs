//! The log of a host on its own: one file, in redb's format, which survives kills and power cuts at any instant.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use redb::{
    Database, Durability, ReadableDatabase, ReadableTable, ReadableTableMetadata, TableDefinition, WriteTransaction,
};

use crate::{Cursor, Event, EventLog, NewEvent, Query, Resumed, StoreError};

/// Events as JSON by their cursor.
const EVENTS: TableDefinition<(u64, u32), &[u8]> = TableDefinition::new("events");
/// Bytes of the file that are kept in memory.
const CACHE: usize = 1 << 20;
/// Events that one reading looks at, at most: a filter that nothing passes must not read for ever.
const LOOKED_AT: usize = 100_000;

/// The log in a file of this host.
#[derive(Debug)]
pub struct Local {
    database: Database,
    kept: u64,
}

impl Local {
    /// Opens the log at `path`, making it where it does not exist; the newest `kept` events are kept.
    ///
    /// # Errors
    /// When the file cannot be opened, is damaged, or is open in another process.
    pub fn open(path: &Path, kept: u64) -> Result<Self, StoreError> {
        let failed = |source: redb::Error| StoreError::Open { path: path.to_owned(), source: Box::new(source) };
        let database = Database::builder().set_cache_size(CACHE).create(path).map_err(|error| failed(error.into()))?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).map_err(|error| failed(redb::Error::Io(error)))?;
        let log = Self { database, kept: kept.max(1) };
        log.write(|_| Ok(())).map_err(failed)?;
        Ok(log)
    }

    fn write<T>(&self, work: impl FnOnce(&WriteTransaction) -> Result<T, redb::Error>) -> Result<T, redb::Error> {
        let mut transaction = self.database.begin_write()?;
        transaction.set_durability(Durability::Immediate)?;
        transaction.open_table(EVENTS)?;
        let done = work(&transaction)?;
        transaction.commit()?;
        Ok(done)
    }

    fn add(&self, transaction: &WriteTransaction, events: Vec<NewEvent>) -> Result<Vec<Event>, redb::Error> {
        let mut table = transaction.open_table(EVENTS)?;
        let index = table.last()?.map_or(0, |(key, _)| key.value().0) + 1;
        let mut written = Vec::with_capacity(events.len());
        for (sub, what) in (0_u32..).zip(events) {
            let json = serde_json::to_vec(&what).expect("events have string keys only, so they always serialise");
            table.insert((index, sub), json.as_slice())?;
            written.push(Event { cursor: Cursor { index, sub }, what });
        }
        while table.len()? > self.kept {
            table.pop_first()?;
        }
        Ok(written)
    }
}

impl EventLog for Local {
    fn append(&self, events: Vec<NewEvent>) -> Result<Vec<Event>, StoreError> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        self.write(|transaction| self.add(transaction, events)).map_err(|error| StoreError::Write(Box::new(error)))
    }

    fn read(&self, query: &Query) -> Result<Vec<Event>, StoreError> {
        let transaction = self.database.begin_read().map_err(unread)?;
        let table = transaction.open_table(EVENTS).map_err(unread)?;
        let mut found = Vec::new();
        for row in table.iter().map_err(unread)?.rev().take(LOOKED_AT) {
            if found.len() >= query.limit {
                break;
            }
            let (key, json) = row.map_err(unread)?;
            let event = decoded(key.value(), json.value())?;
            if query.wants(&event.what) {
                found.push(event);
            }
        }
        Ok(found)
    }

    fn after(&self, cursor: Cursor, limit: usize) -> Result<Resumed, StoreError> {
        let transaction = self.database.begin_read().map_err(unread)?;
        let table = transaction.open_table(EVENTS).map_err(unread)?;
        let first = table.first().map_err(unread)?.map(|(key, _)| key.value());
        let last = table.last().map_err(unread)?.map(|(key, _)| key.value());
        let is_forgotten = first.is_some_and(|first| first > (1, 0) && (cursor.index, cursor.sub) < first);
        let is_of_another_log = (cursor.index, cursor.sub) > last.unwrap_or_default();
        if is_forgotten || (is_of_another_log && cursor != Cursor::default()) {
            let (index, sub) = last.unwrap_or_default();
            return Ok(Resumed::Resync(Cursor { index, sub }));
        }
        let from = (cursor.index, cursor.sub.saturating_add(1));
        let rows = table.range(from..).map_err(unread)?.take(limit);
        let events = rows.map(|row| {
            let (key, json) = row.map_err(unread)?;
            decoded(key.value(), json.value())
        });
        events.collect::<Result<_, _>>().map(Resumed::Events)
    }
}

fn unread(error: impl Into<redb::Error>) -> StoreError {
    StoreError::Read(Box::new(error.into()))
}

fn decoded((index, sub): (u64, u32), json: &[u8]) -> Result<Event, StoreError> {
    let cursor = Cursor { index, sub };
    let what = serde_json::from_slice(json).map_err(|source| StoreError::Record { cursor, source })?;
    Ok(Event { cursor, what })
}

#[cfg(test)]
mod tests;
