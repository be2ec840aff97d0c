//! What was wanted, apply by apply, so that one can go back. A generation is a directory:
//!
//! ```text
//!   generations/<n>/desired.json    what was wanted, resolved
//!                   manifest.json   what it was resolved from, where it came from a configuration
//!                   meta.json       when, from which file, by whom, and how it ended
//! ```

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use model::{Address, Desired, HealthCheck, Hooks, Name, Origin, Policy, Power, Resource, Spec};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use sha2::{Digest, Sha256};

use crate::{Manifest, durable};

/// The generations of a host.
#[derive(Clone, Debug)]
pub struct Generations {
    directory: PathBuf,
}

/// What is known of a generation without reading what it wanted.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Generation {
    /// The version of this form.
    pub schema_version: u32,
    /// Its number, from 1.
    pub number: u64,
    /// When its apply began.
    pub at: Timestamp,
    /// The file it was read from.
    pub source: Option<PathBuf>,
    /// Who applied it.
    pub user: String,
    /// The run that applied it.
    pub run: String,
    /// The generation whose wishes these are again, where it is a rollback.
    pub rollback_to: Option<u64>,
    /// The hash of what was wanted, positions left out.
    pub digest: String,
    /// How its apply ended.
    pub result: GenerationResult,
}

/// A generation that is written, and not in its place yet.
#[derive(Debug)]
#[must_use]
pub(crate) struct Prepared {
    number: u64,
    directory: PathBuf,
}

/// How the apply of a generation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GenerationResult {
    /// It is under way.
    Running,
    /// Everything took.
    Succeeded,
    /// Something failed; the rest was done.
    Failed,
    /// It was stopped by its user.
    Cancelled,
    /// Its process was killed.
    Interrupted,
}

/// The generations cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum GenerationError {
    /// There is no such generation, or no longer.
    #[error("there is no generation {number}: `hypernix generations` lists those that are kept")]
    Unknown {
        /// The number asked for.
        number: u64,
    },
    /// It cannot be read.
    #[error("cannot read {path}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// It is not what a generation's file should be.
    #[error(
        "{path} cannot be understood; remove the directory it is in to do without this generation",
        path = path.display()
    )]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: serde_json::Error,
    },
    /// A newer version of the program wrote it.
    #[error("{path} has format {found}, and this version knows formats up to {known}", path = path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The newest format that is known here.
        known: u32,
    },
    /// It cannot be written.
    #[error("cannot write {path}", path = path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
}

pub(crate) const SCHEMA_VERSION: u32 = 1;

impl Generations {
    pub(crate) const fn at(directory: PathBuf) -> Self {
        Self { directory }
    }

    /// Every generation that is kept, oldest first.
    ///
    /// # Errors
    /// When a generation cannot be read or understood.
    pub fn list(&self) -> Result<Vec<Generation>, GenerationError> {
        self.numbers()?.into_iter().map(|number| self.meta(number)).collect()
    }

    /// The newest generation, whatever became of it.
    ///
    /// # Errors
    /// When it cannot be read or understood.
    pub fn newest(&self) -> Result<Option<Generation>, GenerationError> {
        self.numbers()?.last().map(|&number| self.meta(number)).transpose()
    }

    /// The newest generation whose apply succeeded: what a rollback returns to, and what the host holds unless a
    /// later one ended half-way.
    ///
    /// # Errors
    /// When a generation cannot be read or understood.
    pub fn last_good(&self) -> Result<Option<Generation>, GenerationError> {
        for &number in self.numbers()?.iter().rev() {
            let generation = self.meta(number)?;
            if generation.result == GenerationResult::Succeeded {
                return Ok(Some(generation));
            }
        }
        Ok(None)
    }

    /// What the generation `number` wanted.
    ///
    /// # Errors
    /// [`GenerationError::Unknown`] where it is not kept; else when it cannot be read or understood.
    pub fn desired(&self, number: u64) -> Result<Desired, GenerationError> {
        self.meta(number)?;
        read_json(&self.directory.join(number.to_string()).join("desired.json"))
    }

    /// The file with what the generation `number` was resolved from; of one that returned to an earlier one, that
    /// one's. `None` where it came from no configuration.
    ///
    /// # Errors
    /// [`GenerationError::Unknown`] where it is not kept; else when it cannot be read or understood.
    pub fn manifest(&self, number: u64) -> Result<Option<PathBuf>, GenerationError> {
        let origin = self.meta(number)?.rollback_to.unwrap_or(number);
        let path = self.directory.join(origin.to_string()).join("manifest.json");
        Ok(path.exists().then_some(path))
    }

    /// Writes a new generation beside its place, where nobody sees it yet; its number must be one above the newest.
    pub(crate) fn prepare(
        &self,
        generation: &Generation,
        desired: &Desired,
        manifest: Option<&Manifest>,
    ) -> Result<Prepared, GenerationError> {
        let directory = self.directory.join(generation.number.to_string());
        let beside = durable::beside(&directory);
        let refused = |source| GenerationError::Write { path: directory.clone(), source };
        if beside.exists() {
            fs::remove_dir_all(&beside).map_err(refused)?;
        }
        durable::directory(&beside, 0o700).map_err(refused)?;
        let put = |name: &str, bytes: &[u8]| durable::put(&beside.join(name), bytes).map_err(refused);
        put("desired.json", &json(&directory, desired)?)?;
        if let Some(manifest) = manifest {
            put("manifest.json", &manifest.print().map_err(refused)?)?;
        }
        put("meta.json", &json(&directory, generation)?)?;
        durable::sync_directory(&beside).map_err(refused)?;
        Ok(Prepared { number: generation.number, directory })
    }

    /// Writes down how a generation ended.
    pub(crate) fn finish(&self, number: u64, result: GenerationResult) -> Result<(), GenerationError> {
        let generation = Generation { result, ..self.meta(number)? };
        write_json(&self.meta_path(number), &generation)
    }

    /// Writes down that a generation's process was killed, unless it had got so far as to write down how it ended.
    pub(crate) fn interrupt(&self, number: u64) -> Result<(), GenerationError> {
        match self.meta(number) {
            Ok(generation) if generation.result == GenerationResult::Running => {
                self.finish(number, GenerationResult::Interrupted)
            }
            Ok(_) | Err(GenerationError::Unknown { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Removes the oldest generations so that at most `kept` are left; never the newest, nor the newest that
    /// succeeded.
    pub(crate) fn prune(&self, kept: usize) -> Result<(), GenerationError> {
        let numbers = self.numbers()?;
        let surplus = numbers.len().saturating_sub(kept.max(1));
        if surplus == 0 {
            return Ok(());
        }
        let good = self.last_good()?.map(|generation| generation.number);
        for number in numbers.into_iter().take(surplus).filter(|&number| Some(number) != good) {
            let path = self.directory.join(number.to_string());
            fs::remove_dir_all(&path).map_err(|source| GenerationError::Write { path, source })?;
        }
        Ok(())
    }

    /// The numbers of the generations that are kept, in order.
    pub(crate) fn numbers(&self) -> Result<Vec<u64>, GenerationError> {
        let refused = |source| GenerationError::Read { path: self.directory.clone(), source };
        let mut numbers = Vec::new();
        for entry in fs::read_dir(&self.directory).map_err(refused)? {
            let name = entry.map_err(refused)?.file_name();
            numbers.extend(name.to_str().and_then(|name| name.parse::<u64>().ok()));
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    fn meta(&self, number: u64) -> Result<Generation, GenerationError> {
        let path = self.meta_path(number);
        if !path.exists() {
            return Err(GenerationError::Unknown { number });
        }
        let generation: Generation = read_json(&path)?;
        match generation.schema_version {
            found if found > SCHEMA_VERSION => Err(GenerationError::Newer { path, found, known: SCHEMA_VERSION }),
            _ => Ok(generation),
        }
    }

    fn meta_path(&self, number: u64) -> PathBuf {
        self.directory.join(number.to_string()).join("meta.json")
    }
}

impl Prepared {
    /// Puts the generation in its place; returns its number.
    pub(crate) fn begin(self) -> Result<u64, GenerationError> {
        let Self { number, directory } = self;
        let moved = fs::rename(durable::beside(&directory), &directory);
        let moved = moved.and_then(|()| durable::sync_parent(&directory));
        moved.map(|()| number).map_err(|source| GenerationError::Write { path: directory, source })
    }
}

/// The hash of what is wanted: equal for two configurations that differ only in where things are written.
pub fn digest(desired: &Desired) -> String {
    let mut hasher = Sha256::new();
    let mut json = Vec::new();
    for (address, resource) in &desired.resources {
        json.clear();
        let written = serde_json::to_writer(&mut json, &(address, Unplaced::of(resource)));
        written.expect("resources have string keys only, so they always serialise");
        hasher.update(&json);
    }
    format!("sha256:{}", hex::encode(hasher.finalize()))
}

/// A resource without where it was written.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Unplaced<'a> {
    spec: &'a Spec,
    policy: &'a Policy,
    power: &'a Power,
    depends_on: &'a BTreeSet<Address>,
    declared_at: (),
    origins: BTreeMap<String, Origin>,
    hooks: &'a Hooks,
    health: &'a Option<HealthCheck>,
    previous_names: &'a [Name],
}

impl<'a> Unplaced<'a> {
    fn of(resource: &'a Resource) -> Self {
        let Resource { spec, policy, power, depends_on, declared_at: _, origins: _, hooks, health, previous_names } =
            resource;
        let (declared_at, origins) = ((), BTreeMap::new());
        Self { spec, policy, power, depends_on, declared_at, origins, hooks, health, previous_names }
    }
}

fn read_json<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, GenerationError> {
    let bytes = fs::read(path).map_err(|source| GenerationError::Read { path: path.to_owned(), source })?;
    serde_json::from_slice(&bytes).map_err(|source| GenerationError::Malformed { path: path.to_owned(), source })
}

fn write_json(path: &Path, value: &impl Serialize) -> Result<(), GenerationError> {
    durable::replace(path, &json(path, value)?)
        .map_err(|source| GenerationError::Write { path: path.to_owned(), source })
}

fn json(path: &Path, value: &impl Serialize) -> Result<Vec<u8>, GenerationError> {
    serde_json::to_vec(value).map_err(|source| GenerationError::Malformed { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests;
