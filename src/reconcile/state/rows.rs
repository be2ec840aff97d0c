//! What was last applied, on disk: a file of checked records, each the rows that one run changed. A run appends
//! one record, whatever the number of resources; the file is written anew when most of it is out of date.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Seek, SeekFrom, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use model::{Address, Applied, AppliedRow};
use serde::{Deserialize, Serialize};

use super::StateError;
use crate::{durable, frame};

/// The file of applied rows. What was read of it is kept as long as it looks the same from outside.
#[derive(Clone, Debug)]
pub struct Rows {
    path: PathBuf,
    kept: Arc<Mutex<Option<(Shape, Loaded)>>>,
}

/// What tells the file from another one, or from what it was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shape {
    inode: u64,
    length: u64,
    seconds: i64,
    nanoseconds: i64,
}

/// The rows as they were read, and where the next record goes.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    /// The rows.
    pub applied: Applied,
    sound: usize,
    puts: usize,
}

/// Whether anything was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Saved {
    /// The file was left alone: nothing differs.
    Unchanged,
    /// So many rows were put or dropped.
    Written(usize),
}

const FORMAT: u32 = 1;
/// The file may hold this many rows that are out of date beside one for each resource.
const SLACK: usize = 256;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Record {
    Format(u32),
    Rows(Vec<Change>),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Change {
    Put(Address, Box<AppliedRow>),
    Release(Address, Box<AppliedRow>),
    Drop(Address),
}

impl Rows {
    pub(crate) fn at(path: PathBuf) -> Self {
        Self { path, kept: Arc::default() }
    }

    /// Reads the rows; a state directory that never saw an apply has none.
    ///
    /// # Errors
    /// When the file cannot be read, is damaged, or was written by a newer version.
    pub fn load(&self) -> Result<Loaded, StateError> {
        let shape = shape(&self.path);
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, loaded)) = kept.filter(|(known, _)| Some(*known) == shape) {
            return Ok(loaded);
        }
        let loaded = self.read()?;
        // Looked at before it was read: what was written meanwhile makes it look otherwise.
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = shape.map(|shape| (shape, loaded.clone()));
        Ok(loaded)
    }

    fn read(&self) -> Result<Loaded, StateError> {
        let bytes = match fs::read(&self.path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Loaded::default()),
            Err(source) => return Err(StateError::Read { path: self.path.clone(), source }),
        };
        self.check_format(&bytes)?;
        let decoded = frame::decode::<Record>(&bytes)
            .map_err(|source| StateError::Damaged { path: self.path.clone(), source })?;
        let mut loaded = Loaded { sound: decoded.sound, ..Loaded::default() };
        for record in decoded.records {
            if let Record::Rows(changes) = record {
                loaded.puts += changes.len();
                changes.into_iter().for_each(|change| change.apply_to(&mut loaded.applied));
            }
        }
        Ok(loaded)
    }

    /// Writes what `after` changes of the rows that were `loaded`, which then are `after`. Durable when it returns.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn save(&self, loaded: &mut Loaded, mut after: Applied) -> Result<Saved, StateError> {
        after.released.retain(|address, _| !after.rows.contains_key(address));
        let changes = changes(&loaded.applied, &after);
        if changes.is_empty() {
            return Ok(Saved::Unchanged);
        }
        let written = changes.len();
        let crowded = loaded.puts + written > 2 * length(&after) + SLACK;
        let outcome = if crowded || loaded.sound == 0 {
            loaded.puts = length(&after);
            self.write_anew(&after)
        } else {
            loaded.puts += written;
            self.append(loaded.sound, changes)
        };
        loaded.sound = outcome.map_err(|source| StateError::Write { path: self.path.clone(), source })?;
        loaded.applied = after;
        Ok(Saved::Written(written))
    }

    /// Writes the file anew with `applied` only, whatever it holds: the cure for a damaged one.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn reset(&self, applied: &Applied) -> Result<(), StateError> {
        let written = self.write_anew(applied).map(drop);
        written.map_err(|source| StateError::Write { path: self.path.clone(), source })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds a record behind the `sound` ones; returns where it ends.
    fn append(&self, sound: usize, changes: Vec<Change>) -> std::io::Result<usize> {
        let record = frame::encode(&Record::Rows(changes));
        let mut file = OpenOptions::new().write(true).open(&self.path)?;
        file.set_len(sound as u64)?;
        file.seek(SeekFrom::End(0))?;
        file.write_all(&record)?;
        file.sync_data()?;
        Ok(sound + record.len())
    }

    /// Puts a new file in the place of the old one; returns its length.
    fn write_anew(&self, applied: &Applied) -> std::io::Result<usize> {
        let rows = changes(&Applied::default(), applied);
        let mut bytes = frame::encode(&Record::Format(FORMAT));
        bytes.extend(frame::encode(&Record::Rows(rows)));
        durable::replace(&self.path, &bytes)?;
        Ok(bytes.len())
    }

    /// The format is looked at before the rest is understood: a newer one may say things unheard of here.
    fn check_format(&self, bytes: &[u8]) -> Result<(), StateError> {
        let line = bytes.split_inclusive(|&b| b == b'\n').next().unwrap_or_default();
        match frame::last(line) {
            Some(Record::Format(found)) if found > FORMAT => {
                Err(StateError::Newer { path: self.path.clone(), found, known: FORMAT })
            }
            Some(Record::Format(_)) => Ok(()),
            _ => Err(StateError::Damaged {
                path: self.path.clone(),
                source: frame::Damage { offset: 0, what: "does not say the file's format".to_owned() },
            }),
        }
    }
}

impl Change {
    fn apply_to(self, applied: &mut Applied) {
        match self {
            Self::Put(address, row) => {
                applied.released.remove(&address);
                applied.rows.insert(address, *row);
            }
            Self::Release(address, row) => {
                applied.rows.remove(&address);
                applied.released.insert(address, *row);
            }
            Self::Drop(address) => {
                applied.rows.remove(&address);
                applied.released.remove(&address);
            }
        }
    }
}

fn shape(path: &Path) -> Option<Shape> {
    let metadata = fs::metadata(path).ok()?;
    let (inode, length) = (metadata.ino(), metadata.len());
    Some(Shape { inode, length, seconds: metadata.mtime(), nanoseconds: metadata.mtime_nsec() })
}

fn changes(before: &Applied, after: &Applied) -> Vec<Change> {
    let put = after.rows.iter().filter(|&(address, row)| before.rows.get(address) != Some(row));
    let put = put.map(|(address, row)| Change::Put(address.clone(), Box::new(row.clone())));
    let released = after.released.iter().filter(|&(address, row)| before.released.get(address) != Some(row));
    let released = released.map(|(address, row)| Change::Release(address.clone(), Box::new(row.clone())));
    let known = |address: &&Address| after.rows.contains_key(*address) || after.released.contains_key(*address);
    let gone = before.rows.keys().chain(before.released.keys()).filter(|address| !known(address));
    put.chain(released).chain(gone.map(|address| Change::Drop(address.clone()))).collect()
}

fn length(applied: &Applied) -> usize {
    applied.rows.len() + applied.released.len()
}
