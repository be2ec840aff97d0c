//! One writer a host: an advisory lock that the kernel takes back when its holder dies, with the holder's name in
//! it for the one who is turned away.

use std::{
    fmt,
    fs::{File, OpenOptions},
    io::{self, Read, Seek, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::PathBuf,
    time::{Duration, SystemTime},
};

use jiff::Timestamp;
use rustix::{
    fs::{FlockOperation, flock},
    io::Errno,
};
use serde::{Deserialize, Serialize};

use crate::StateDir;

/// How often, and how long apart, a lock is tried whose holder has no name.
const NAMING: (u32, Duration) = (200, Duration::from_millis(1));

/// The right to change the host, held until dropped.
#[derive(Debug)]
#[must_use = "the lock is given back when this is dropped"]
pub struct Lock {
    file: File,
}

/// Who holds the lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// Its process.
    pub pid: u32,
    /// What it was called with.
    pub command: String,
    /// The user who called it.
    pub user: String,
    /// Since when.
    pub since: Timestamp,
}

/// The lock was not given.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process holds it.
    #[error("{}; wait for it to end, or end it: nothing is lost by that", held(holder.as_ref()))]
    Held {
        /// Which, where it has written its name already.
        holder: Option<Holder>,
    },
    /// The file cannot be opened or locked.
    #[error("cannot lock {path}", path = path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
}

impl Lock {
    /// Takes the lock for `holder`, waiting for `patience` at most where another process holds it.
    ///
    /// # Errors
    /// Like [`Lock::acquire`].
    pub async fn acquire_within(state: &StateDir, holder: Holder, patience: Duration) -> Result<Self, LockError> {
        let held = match Self::acquire(state, &holder) {
            Err(held @ LockError::Held { .. }) if !patience.is_zero() => held,
            ended => return ended,
        };
        tracing::info!("{held}; waiting for it");
        let state = state.clone();
        // The kernel's wait has no deadline. One that is given up ends by itself, and gives back what it got.
        let waiting = tokio::task::spawn_blocking(move || Self::take(&state, &holder, FlockOperation::LockExclusive));
        match tokio::time::timeout(patience, waiting).await {
            Ok(Ok(ended)) => ended,
            Ok(Err(_)) | Err(_) => Err(held),
        }
    }

    /// Takes the lock of the state directory for `holder`, at once or not at all. What a dead holder left in the
    /// file means nothing.
    ///
    /// # Errors
    /// [`LockError::Held`], naming the holder; [`LockError::Open`] when the file cannot be opened.
    pub fn acquire(state: &StateDir, holder: &Holder) -> Result<Self, LockError> {
        Self::take(state, holder, FlockOperation::NonBlockingLockExclusive)
    }

    fn take(state: &StateDir, holder: &Holder, operation: FlockOperation) -> Result<Self, LockError> {
        let path = state.lock_file();
        let refused = |source| LockError::Open { path: path.clone(), source };
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o644)
            .open(&path)
            .map_err(refused)?;
        for _ in 0..NAMING.0 {
            match flock(&file, operation) {
                Ok(()) => {
                    write(&file, holder).map_err(refused)?;
                    return Ok(Self { file });
                }
                Err(Errno::WOULDBLOCK) => {}
                Err(errno) => return Err(refused(errno.into())),
            }
            // A holder without a name has only just got the lock, or is giving it back.
            if let Some(holder) = read(&file) {
                return Err(LockError::Held { holder: Some(holder) });
            }
            std::thread::sleep(NAMING.1);
        }
        Err(LockError::Held { holder: None })
    }
}

/// When the lock of the state directory was last taken or given back, by anybody; `None` where it never was. What was
/// read of the state before that may be outdated.
pub fn lock_taken(state: &StateDir) -> Option<SystemTime> {
    // Whoever takes it writes its name into the file, and removes it at the end.
    std::fs::metadata(state.lock_file()).and_then(|metadata| metadata.modified()).ok()
}

/// Who holds the lock of the state directory at the moment, by the kernel's list: asking takes nothing from anybody.
/// `None` where nobody does.
///
/// # Errors
/// When the list cannot be read.
pub fn lock_holder(state: &StateDir) -> io::Result<Option<Holder>> {
    let path = state.lock_file();
    let inode = match std::fs::metadata(&path) {
        Ok(metadata) => metadata.ino(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let name = read(&File::open(&path)?);
    // A name without a lock is a dead holder's, or the list was torn.
    let looks = if name.is_some() { 3 } else { 1 };
    for _ in 0..looks {
        if is_listed(inode)? {
            return Ok(Some(read(&File::open(&path)?).unwrap_or_else(Holder::unknown)));
        }
    }
    Ok(None)
}

/// Whether the kernel's list has a lock on the file of this number. The list is torn between two reads while others
/// take and give locks, so it is read in pieces as large as the kernel gives.
fn is_listed(inode: u64) -> io::Result<bool> {
    let mut locks = Vec::with_capacity(1 << 16);
    File::open("/proc/locks")?.read_to_end(&mut locks)?;
    let is_ours = |line: &str| {
        let mut words = line.split_whitespace().skip(1);
        let kind = words.next();
        // The place is MAJOR:MINOR:INODE, and the device of some file systems is another one there.
        let place = words.nth(3).and_then(|place| place.rsplit(':').next());
        kind == Some("FLOCK") && place.and_then(|number| number.parse().ok()) == Some(inode)
    };
    Ok(String::from_utf8_lossy(&locks).lines().any(is_ours))
}

impl Drop for Lock {
    /// Gives the lock back by word: closing the file would leave it with a child that was just forked and has not
    /// got to its own program yet. The name goes first, or the next one would go by it until it has written its own.
    fn drop(&mut self) {
        if let Err(error) = self.file.set_len(0) {
            tracing::debug!(%error, "the name in the lock file stays");
        }
        if let Err(error) = flock(&self.file, FlockOperation::Unlock) {
            tracing::warn!(%error, "the lock is given back only when the process ends");
        }
    }
}

impl Holder {
    /// Whether it is a daemon that acts of its own accord, which holds the lock for a moment at a time.
    pub fn is_daemon(&self) -> bool {
        self.command.split(' ').any(|word| word == "serve")
    }

    /// This process, from `since`, doing what another asked for: it goes by that one's name.
    pub fn on_behalf_of(caller: Self, since: Timestamp) -> Self {
        Self { pid: std::process::id(), since, ..caller }
    }

    /// This process, from `since`.
    pub fn this_process(since: Timestamp) -> Self {
        let command: Vec<_> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
        let user = ["SUDO_USER", "USER", "LOGNAME"].iter().find_map(|name| std::env::var(name).ok());
        let user = user.unwrap_or_else(|| format!("uid {}", rustix::process::getuid().as_raw()));
        Self { pid: std::process::id(), command: command.join(" "), user, since }
    }
}

impl Holder {
    /// One that has not written its name yet.
    fn unknown() -> Self {
        Self { pid: 0, command: "unknown".to_owned(), user: "unknown".to_owned(), since: Timestamp::UNIX_EPOCH }
    }
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "process {} (`{}`, run by {} since {:.0})", self.pid, self.command, self.user, self.since)
    }
}

fn held(holder: Option<&Holder>) -> String {
    holder.map_or_else(
        || "another process is changing this host".to_owned(),
        |holder| format!("{holder} is changing this host"),
    )
}

/// The name in the file, where there is one.
fn read(mut file: &File) -> Option<Holder> {
    let mut text = String::new();
    file.rewind().ok()?;
    file.read_to_string(&mut text).ok()?;
    serde_json::from_str(&text).ok()
}

fn write(mut file: &File, holder: &Holder) -> io::Result<()> {
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(&serde_json::to_vec(holder)?)
}

#[cfg(test)]
mod tests;
