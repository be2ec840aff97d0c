//! Makes the state anew from what is on the host.

use model::{Backend, Desired};

use super::Reconciler;
use crate::{
    Generation, GenerationError, Lock, LockError, StateError,
    lock::Holder,
    state::{rebuild, spoken_for},
};

/// The state could not be made anew.
#[derive(Debug, thiserror::Error)]
pub enum RebuildError {
    /// Another process is changing the host.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A generation cannot be read.
    #[error(transparent)]
    Generation(#[from] GenerationError),
    /// A backend cannot be read, so what is ours there would be forgotten.
    #[error("cannot read {backend} ({why}), so what is ours there would be forgotten")]
    Unreachable {
        /// Which.
        backend: Backend,
        /// Its words.
        why: String,
    },
    /// The state cannot be written.
    #[error(transparent)]
    State(#[from] StateError),
}

impl Reconciler {
    /// Makes the rows of what was last applied anew, from the marks on the objects and the generations, whatever
    /// the state file holds. Returns how many there are.
    ///
    /// # Errors
    /// When the lock is held, a backend or a generation cannot be read, or the rows cannot be written.
    pub async fn rebuild_state(&self) -> Result<usize, RebuildError> {
        let _lock = Lock::acquire(&self.state, &Holder::this_process(self.settings.now()))?;
        let wishes = self.newest_wishes()?;
        let known = spoken_for(&wishes);
        let hashes = known.rows.iter().map(|(address, row)| (address.clone(), row.spec_hash.clone())).collect();
        let observed = self.read(&known, &hashes, None, &super::BACKENDS.into()).await;
        for (&backend, why) in &observed.unreachable {
            if wishes.iter().any(|(_, desired)| desired.resources.keys().any(|a| a.kind.backend() == backend)) {
                return Err(RebuildError::Unreachable { backend, why: why.clone() });
            }
        }
        let applied = rebuild(&observed, &wishes);
        self.state.rows().reset(&applied)?;
        Ok(applied.rows.len())
    }

    /// What was wanted, newest first.
    fn newest_wishes(&self) -> Result<Vec<(Generation, Desired)>, GenerationError> {
        let generations = self.state.generations();
        let all = generations.list()?.into_iter().rev();
        all.map(|generation| generations.desired(generation.number).map(|desired| (generation, desired))).collect()
    }
}
