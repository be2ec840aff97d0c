//! Everything of the engine's, read before anybody asks: while a configuration is being evaluated, the engine can work.

use std::sync::{Arc, Mutex};

use tokio::task::JoinHandle;

use super::{World, read_world};
use crate::docker::{EngineError, NOT_POISONED, engine::Engine};

/// One reading of everything that has begun, for one observation.
#[derive(Default)]
pub(in crate::docker) struct Ahead {
    // Guards the slot only; what is in it is waited for outside.
    reading: Mutex<Option<JoinHandle<Result<World, EngineError>>>>,
}

impl Ahead {
    /// Begins to read everything.
    pub(in crate::docker) fn begin(&self, engine: Arc<Engine>) {
        let reading = tokio::spawn(async move { read_world(&engine).await });
        if let Some(before) = self.reading.lock().expect(NOT_POISONED).replace(reading) {
            before.abort();
        }
    }

    /// What was read, once; `None` where nothing was begun, or it failed and has to be tried anew.
    pub(super) async fn take(&self) -> Option<World> {
        let reading = self.reading.lock().expect(NOT_POISONED).take()?;
        reading.await.ok()?.ok()
    }
}
