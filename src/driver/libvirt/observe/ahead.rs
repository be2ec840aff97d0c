//! Domains that are read before anybody asks: while a configuration is being evaluated, libvirt can work.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::JoinHandle;

use super::domains::{self, Raw};
use crate::libvirt::{LibvirtError, connections::Connections};

/// A reading under way.
type Reading = JoinHandle<Result<Vec<Raw>, LibvirtError>>;

/// One reading of all domains that has begun, for one observation.
#[derive(Debug, Default)]
pub(in crate::libvirt) struct Ahead {
    // Guards the slot only; what is in it is waited for outside.
    reading: Mutex<Option<Reading>>,
}

impl Ahead {
    /// Begins to read every domain.
    pub(in crate::libvirt) fn begin(&self, connections: Arc<Connections>) {
        let reading = tokio::spawn(async move { domains::read(&connections, None).await });
        let before = self.reading.lock().unwrap_or_else(PoisonError::into_inner).replace(reading);
        if let Some(before) = before {
            before.abort();
        }
    }

    /// What was read, once; `None` where nothing was begun, or it failed and has to be tried anew.
    pub(super) async fn take(&self) -> Option<Vec<Raw>> {
        let reading = self.reading.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        reading.await.ok()?.ok()
    }
}
