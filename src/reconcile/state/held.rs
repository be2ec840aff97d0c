//! Units whose power somebody settled by hand: what a person stopped stays stopped until the next apply, though it is
//! declared to run.

use std::{collections::BTreeSet, fs, io::ErrorKind, path::PathBuf};

use model::Address;
use plan::{Action, Step};

use super::StateError;
use crate::{StepReport, StepStatus, durable};

/// The units whose power was settled by hand.
#[derive(Clone, Debug)]
pub struct Held {
    path: PathBuf,
}

impl Held {
    pub(super) const fn at(path: PathBuf) -> Self {
        Self { path }
    }

    /// Which they are. A file that cannot be understood holds nothing.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn load(&self) -> Result<BTreeSet<Address>, StateError> {
        match fs::read(&self.path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes).unwrap_or_default()),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(BTreeSet::new()),
            Err(source) => Err(StateError::Read { path: self.path.clone(), source }),
        }
    }

    /// Takes over what steps done by hand came to.
    pub(crate) fn learn(&self, steps: &[Step], reports: &[StepReport]) -> Result<(), StateError> {
        let mut held = self.load()?;
        let before = held.clone();
        for (step, report) in steps.iter().zip(reports).filter(|(_, report)| report.status == StepStatus::Done) {
            debug_assert_eq!(step.id, report.id);
            match step.action {
                Action::Stop { .. } | Action::Pause => held.insert(step.address.clone()),
                Action::Start | Action::Resume | Action::Delete { .. } | Action::Forget => held.remove(&step.address),
                _ => false,
            };
        }
        if held == before { Ok(()) } else { self.save(&held) }
    }

    /// The declaration counts again, for all of them.
    pub(crate) fn clear(&self) -> Result<(), StateError> {
        if self.load()?.is_empty() { Ok(()) } else { self.save(&BTreeSet::new()) }
    }

    fn save(&self, held: &BTreeSet<Address>) -> Result<(), StateError> {
        let bytes = serde_json::to_vec(held).expect("addresses always serialise");
        durable::replace(&self.path, &bytes).map_err(|source| StateError::Write { path: self.path.clone(), source })
    }
}
