//! Takes note of a run that was killed.

use std::{collections::BTreeSet, time::Duration};

use driver::ObserveError;
use model::{Address, Kind};
use plan::{Action, Step};

use super::Reconciler;
use crate::{Checkpoint, GenerationError, JournalError, LockError, Recovery, StateError, state::Loaded};

/// What was found of a run that was killed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// The run.
    pub run: String,
    /// What it was at when it was killed.
    pub in_flight: BTreeSet<Address>,
    /// What was left half-made, and was put right.
    pub swept: Vec<String>,
}

/// What a killed run left behind could not be put right.
#[derive(Debug, thiserror::Error)]
pub enum RecoverError {
    /// Another process is changing the host.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The state cannot be read or written.
    #[error(transparent)]
    State(#[from] StateError),
    /// The journal cannot be read or written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The generation that was being made cannot be read or written.
    #[error(transparent)]
    Generation(#[from] GenerationError),
    /// A backend cannot be put right.
    #[error("cannot put right what a killed run left behind")]
    Sweep(#[source] ObserveError),
}

impl Reconciler {
    /// Puts right what a killed run left half-made, and closes its journal; `None` where no run was killed. Done
    /// before planning, the plan sees things as they then are. Waits for another run for `patience` at most.
    ///
    /// # Errors
    /// When the lock is held, state or journal cannot be written, or a backend refuses.
    pub async fn recover(&self, patience: Duration) -> Result<Option<Recovered>, RecoverError> {
        let _lock = self.lock(patience, None).await?;
        let mut loaded = self.state.rows().load()?;
        let mut applied = loaded.applied.clone();
        let Some(recovery) = self.recovered(&mut applied)? else { return Ok(None) };
        self.take_note(&recovery, &mut loaded, applied).await.map(Some)
    }

    /// Makes what the killed run had made known to the state, puts right what it left half-made, then closes its
    /// journal: in this order, so that being killed here changes nothing.
    pub(super) async fn take_note(
        &self,
        recovery: &Recovery,
        loaded: &mut Loaded,
        applied: model::Applied,
    ) -> Result<Recovered, RecoverError> {
        self.state.rows().save(loaded, applied)?;
        let swept = self.backends.sweep(self.owner()).await.map_err(RecoverError::Sweep)?;
        self.let_go(recovery).await;
        if let Some(number) = recovery.generation {
            self.state.generations().interrupt(number)?;
        }
        recovery.close("a later run took note of it".to_owned(), self.settings.now())?;
        self.settings.reached(Checkpoint::Recovered);
        let in_flight = recovery.in_flight.iter().map(|step| step.address.clone()).collect();
        Ok(Recovered { run: recovery.run.clone(), in_flight, swept })
    }
}

impl Reconciler {
    /// Lets domains go that the killed run was starting and may have held. Nobody paused them, so they are not left
    /// so by a policy either; those that are not there, or off, are left for the plan.
    async fn let_go(&self, recovery: &Recovery) {
        let held = recovery.in_flight.iter().filter(|step| matches!(step.action, Action::Start));
        for step in held.filter(|step| step.address.kind == Kind::Domain) {
            let resume = Step { action: Action::Resume, ..step.clone() };
            if let Err(error) = self.backends.execute(&resume).await {
                tracing::debug!(address = %step.address, %error, "it was not held");
            }
        }
    }
}

impl std::fmt::Display for Recovered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "run {} was killed", self.run)?;
        for (at, address) in self.in_flight.iter().enumerate() {
            write!(f, "{}{address}", if at == 0 { " while it worked on " } else { ", " })?;
        }
        if !self.swept.is_empty() {
            write!(f, "; put right: {}", self.swept.join(", "))?;
        }
        Ok(())
    }
}
