//! What a killed run left behind.

use std::{
    collections::BTreeMap,
    fs::{self, File, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use model::{Address, Applied, AppliedRow, Desired, Gate, Policy, Previous};
use plan::{Action, Step, StepId};

use super::{JournalError, Record, journals};
use crate::{
    frame,
    state::{UNKNOWN_GRACE, empty_spec},
};

/// A run that was killed before it ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Recovery {
    /// The run.
    pub run: String,
    /// The generation it was making.
    pub generation: Option<u64>,
    /// Steps that were carried out; what they learned was not saved.
    pub done: Vec<Step>,
    /// Steps that may have been carried out, in part or whole.
    pub in_flight: Vec<Step>,
    /// What units were defined as before, that were defined anew and not started since.
    pub previous: BTreeMap<Address, Previous>,
    path: PathBuf,
    sound: usize,
}

/// Finds the run that was killed, where there is one. There is at most one: a run closes what it finds before it
/// begins. It need not be the last by name, for clocks are set back.
///
/// # Errors
/// When the journals cannot be read, or that one is damaged before its end (a torn end is what a kill leaves).
pub fn unfinished(directory: &Path) -> Result<Option<Recovery>, JournalError> {
    for path in journals(directory)?.into_iter().rev() {
        let read = |source| JournalError::Read { path: path.clone(), source };
        if ends(&path).map_err(read)? {
            continue;
        }
        let bytes = fs::read(&path).map_err(read)?;
        let decoded =
            frame::decode::<Record>(&bytes).map_err(|source| JournalError::Damaged { path: path.clone(), source })?;
        return Ok(Some(replay(decoded.records, path, decoded.sound)));
    }
    Ok(None)
}

impl Recovery {
    /// Makes the killed run known to `applied`: what it made, or was making, and bears no mark of its own
    /// (volumes, images, files) is ours all the same. `desired` is what the run's generation wanted, for the
    /// policies; `None` where that is lost. Rows that exist are left as they are: what the run changed since is
    /// seen when the object is compared.
    pub fn supplement(&self, applied: &mut Applied, desired: Option<&Desired>) {
        self.supplement_units(applied);
        for step in self.done.iter().chain(&self.in_flight) {
            let (Action::Create { mark, .. } | Action::Adopt { mark } | Action::Replace { mark, .. }) = &step.action
            else {
                continue;
            };
            let resource = desired.and_then(|desired| desired.resources.get(&step.address));
            let spec = match &step.action {
                Action::Create { spec, .. } => resource.map_or_else(|| spec.clone(), |resource| resource.spec.clone()),
                // What was there before is not known, so nothing of it counts as applied.
                _ => empty_spec(step.address.kind),
            };
            let policy = || Policy {
                protect: mark.protect,
                deletion: mark.deletion,
                prune_grace: UNKNOWN_GRACE,
                ..Policy::default()
            };
            applied.rows.entry(step.address.clone()).or_insert_with(|| AppliedRow {
                generation: self.generation.unwrap_or_default(),
                policy: resource.map_or_else(policy, |resource| resource.policy.clone()),
                hooks: resource.map(|resource| resource.hooks.clone()).unwrap_or_default(),
                depends_on: resource.map(|resource| resource.depends_on.clone()).unwrap_or_default(),
                ..AppliedRow::new(spec)
            });
        }
    }

    /// What the run was about to find out of units that were known before: whether they start with their new
    /// definition, and whether they work.
    fn supplement_units(&self, applied: &mut Applied) {
        for (address, previous) in &self.previous {
            if let Some(row) = applied.rows.get_mut(address) {
                row.previous.get_or_insert_with(|| previous.clone());
            }
        }
        for step in self.in_flight.iter().filter(|step| matches!(step.action, Action::AwaitHealth { .. })) {
            if let Some(row) = applied.rows.get_mut(&step.address) {
                row.gate = Gate::Shut;
            }
        }
    }

    /// Closes the killed run's journal with a `note`, cutting off its torn end.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub(crate) fn close(&self, note: String, at: Timestamp) -> Result<(), JournalError> {
        let append = || {
            let mut file = OpenOptions::new().write(true).open(&self.path)?;
            file.set_len(self.sound as u64)?;
            file.seek(SeekFrom::End(0))?;
            file.write_all(&frame::encode(&Record::Closed { note, at }))?;
            file.sync_all()
        };
        append().map_err(|source| JournalError::Write { path: self.path.clone(), source })
    }
}

/// Whether the journal at `path` ends with a record that ends a run. Ends are short: the tail is enough.
fn ends(path: &Path) -> std::io::Result<bool> {
    const TAIL: u64 = 4096;
    let mut file = File::open(path)?;
    let length = file.metadata()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(TAIL)))?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail)?;
    Ok(frame::last::<Record>(&tail).is_some_and(|record| record.is_end()))
}

fn replay(records: Vec<Record>, path: PathBuf, sound: usize) -> Recovery {
    let named = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let mut recovery = Recovery {
        run: named,
        generation: None,
        done: Vec::new(),
        in_flight: Vec::new(),
        previous: BTreeMap::new(),
        path,
        sound,
    };
    let mut begun: BTreeMap<StepId, Step> = BTreeMap::new();
    for record in records {
        match record {
            Record::Begin { run, generation, .. } => {
                recovery.run = run;
                recovery.generation = generation;
            }
            Record::Intent { step } => {
                begun.insert(step.id, *step);
            }
            Record::Done { step, previous, .. } => {
                let Some(step) = begun.remove(&step) else { continue };
                match (&step.action, previous) {
                    (Action::Start, _) => drop(recovery.previous.remove(&step.address)),
                    (_, Some(previous)) => drop(recovery.previous.insert(step.address.clone(), previous)),
                    (_, None) => {}
                }
                recovery.done.push(step);
            }
            // A failed step may have done part of its deed, like one in flight: it stays among those.
            Record::Failed { .. } | Record::Commit | Record::Abort { .. } | Record::Closed { .. } => {}
        }
    }
    recovery.in_flight = begun.into_values().collect();
    recovery
}
