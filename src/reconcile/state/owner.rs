//! The owner id: made once, never changed.

use std::{
    fs,
    io::{self, ErrorKind},
    path::Path,
};

use model::OwnerId;
use uuid::Uuid;

use super::StateError;
use crate::durable;

/// Reads the owner id at `path`, or makes one. Of several first runs at once, one makes it and all agree.
pub(crate) fn read_or_make(path: &Path) -> Result<OwnerId, StateError> {
    match fs::read_to_string(path) {
        Ok(text) => parse(path, &text),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            make(path).map_err(|source| StateError::Write { path: path.to_owned(), source })?;
            let text = fs::read_to_string(path).map_err(|source| StateError::Read { path: path.to_owned(), source })?;
            parse(path, &text)
        }
        Err(source) => Err(StateError::Read { path: path.to_owned(), source }),
    }
}

/// Makes an id under a name of its own first: linking it to `path` fails where another was quicker, and that
/// one's id counts.
fn make(path: &Path) -> io::Result<()> {
    let id = Uuid::new_v4();
    let own = path.with_file_name(format!("owner-id.{id}"));
    durable::replace(&own, format!("{id}\n").as_bytes())?;
    let linked = match fs::hard_link(&own, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        other => other,
    };
    fs::remove_file(&own)?;
    linked?;
    durable::sync_parent(path)
}

fn parse(path: &Path, text: &str) -> Result<OwnerId, StateError> {
    let text = text.trim();
    text.parse().map(OwnerId).map_err(|_| StateError::Owner { path: path.to_owned(), text: text.to_owned() })
}
