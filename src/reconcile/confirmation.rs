//! A window in which somebody must say that all is well: else the run is undone.
//!
//! ```text
//!   apply ──► Confirmation::open ──► Window ──┬─ `hypernix confirm` connects ──► Confirmed
//!             writes <state>/unconfirmed      ├─ the deadline passes ──────────► Expired: the caller undoes the run
//!             listens at <state>/confirm.sock └─ a later run opened another ───► Superseded
//! ```
//!
//! The file outlives the process that waits: whoever finds it with nobody waiting knows that the run was never
//! confirmed.

use std::{
    fs,
    io::{self, ErrorKind},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{UnixListener, UnixStream},
};

use crate::{StateDir, durable};

/// What the one who confirms says.
const CONFIRM: &[u8] = b"confirm";
/// What the one who waits answers.
const CONFIRMED: &[u8] = b"confirmed";
/// How long a connection may take to say its word.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where a state directory keeps what waits to be confirmed.
#[derive(Clone, Debug)]
pub struct Confirmation {
    file: PathBuf,
    socket: PathBuf,
}

/// A run that waits to be confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pending {
    /// The generation it made.
    pub generation: u64,
    /// The generation to return to.
    pub previous: u64,
    /// Until when.
    pub deadline: Timestamp,
}

/// The time in which a run can be confirmed.
#[derive(Debug)]
pub struct Window {
    confirmation: Confirmation,
    listener: UnixListener,
    pending: Pending,
}

/// What came of waiting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Somebody has confirmed the run.
    Confirmed,
    /// Nobody has: it is to be undone. The file is still there, until [`Confirmation::close`].
    Expired,
    /// A later run waits in its place, or somebody has confirmed this one without asking here.
    Superseded,
}

/// What waits to be confirmed cannot be read, written or confirmed.
#[derive(Debug, thiserror::Error)]
pub enum ConfirmationError {
    /// No run waits.
    #[error("no run waits to be confirmed")]
    None,
    /// The deadline has passed.
    #[error("generation {generation} was not confirmed in time: it is being undone")]
    TooLate {
        /// The generation.
        generation: u64,
    },
    /// A file or the socket cannot be used.
    #[error("cannot use {path}", path = path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// The file is damaged.
    #[error("{path} is damaged: remove it", path = path.display())]
    Damaged {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

impl Confirmation {
    /// What waits in the state directory.
    pub(crate) fn of(state: &StateDir) -> Self {
        Self { file: state.root().join("unconfirmed"), socket: state.root().join("confirm.sock") }
    }

    /// The run that waits, where there is one.
    ///
    /// # Errors
    /// When the file is there and cannot be read or understood.
    pub fn pending(&self) -> Result<Option<Pending>, ConfirmationError> {
        match fs::read(&self.file) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map(Some)
                .map_err(|source| ConfirmationError::Damaged { path: self.file.clone(), source }),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(source) => Err(io_error(&self.file)(source)),
        }
    }

    /// Begins to wait for `pending`; what waited before does so no longer.
    ///
    /// # Errors
    /// When the file or the socket cannot be made.
    pub fn open(&self, pending: Pending) -> Result<Window, ConfirmationError> {
        let bytes = serde_json::to_vec(&pending).expect("numbers and a time always serialise");
        durable::replace(&self.file, &bytes).map_err(io_error(&self.file))?;
        remove(&self.socket)?;
        let listener = UnixListener::bind(&self.socket).map_err(io_error(&self.socket))?;
        fs::set_permissions(&self.socket, fs::Permissions::from_mode(0o600)).map_err(io_error(&self.socket))?;
        Ok(Window { confirmation: self.clone(), listener, pending })
    }

    /// Says that all is well. Where the process that waited is gone, the word alone counts.
    ///
    /// # Errors
    /// [`ConfirmationError::None`] where no run waits; [`ConfirmationError::TooLate`] where it is being undone.
    pub async fn confirm(&self) -> Result<Pending, ConfirmationError> {
        let pending = self.pending()?.ok_or(ConfirmationError::None)?;
        match UnixStream::connect(&self.socket).await {
            Ok(mut stream) => {
                let answer = exchange(&mut stream).await.map_err(io_error(&self.socket))?;
                let too_late = ConfirmationError::TooLate { generation: pending.generation };
                if answer == CONFIRMED { Ok(pending) } else { Err(too_late) }
            }
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) => {
                self.close()?;
                Ok(pending)
            }
            Err(source) => Err(io_error(&self.socket)(source)),
        }
    }

    /// Whether a process waits for the word.
    pub async fn is_attended(&self) -> bool {
        self.pending().is_ok_and(|pending| pending.is_some()) && UnixStream::connect(&self.socket).await.is_ok()
    }

    /// Forgets what waited: it was confirmed, undone, or another run has taken its place.
    ///
    /// # Errors
    /// When the file cannot be removed.
    pub fn close(&self) -> Result<(), ConfirmationError> {
        remove(&self.file)
    }
}

impl Window {
    /// What waits.
    pub const fn pending(&self) -> Pending {
        self.pending
    }

    /// Waits until somebody confirms, or for `length` at most.
    ///
    /// # Errors
    /// When the word came and could not be written down.
    pub async fn verdict(self, length: Duration) -> Result<Verdict, ConfirmationError> {
        let Self { confirmation, listener, pending } = self;
        let Ok(heard) = tokio::time::timeout(length, word(&listener)).await else {
            let still_waits = confirmation.pending()? == Some(pending);
            return Ok(if still_waits { Verdict::Expired } else { Verdict::Superseded });
        };
        let mut stream = heard.map_err(io_error(&confirmation.socket))?;
        confirmation.close()?;
        if let Err(error) = stream.write_all(CONFIRMED).await {
            tracing::warn!(%error, "the run is confirmed, and whoever confirmed it has not waited to hear so");
        }
        Ok(Verdict::Confirmed)
    }
}

/// Waits for a connection that says the word. One that says nothing only asks whether anybody waits.
async fn word(listener: &UnixListener) -> io::Result<UnixStream> {
    loop {
        let (mut stream, _) = listener.accept().await?;
        let mut said = [0; CONFIRM.len()];
        match tokio::time::timeout(PATIENCE, stream.read_exact(&mut said)).await {
            Ok(Ok(_)) if said == CONFIRM => return Ok(stream),
            _ => tracing::debug!("somebody asked whether a run waits to be confirmed"),
        }
    }
}

/// Says the word and gives the answer, which is empty where nobody waits any more.
async fn exchange(stream: &mut UnixStream) -> io::Result<Vec<u8>> {
    let mut answer = Vec::new();
    stream.write_all(CONFIRM).await?;
    stream.read_to_end(&mut answer).await?;
    Ok(answer)
}

fn remove(path: &Path) -> Result<(), ConfirmationError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(io_error(path)(error)),
        _ => Ok(()),
    }
}

fn io_error(path: &Path) -> impl Fn(io::Error) -> ConfirmationError {
    move |source| ConfirmationError::Io { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests;
