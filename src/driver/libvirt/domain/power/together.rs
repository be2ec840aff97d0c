//! What starts and stops that are under way at the same time share.

use std::{
    collections::BTreeSet,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::{Mutex, watch};
use virt::{domain::Domain, sys};

use crate::libvirt::{LibvirtError, connections::Connections};

/// How long a guest is held for others at most.
const HOLD: Duration = Duration::from_secs(5);

/// The starts under way.
#[derive(Debug)]
pub(crate) struct Starts {
    being_made: watch::Sender<usize>,
}

/// One start under way; dropped, its domain is there or failed to come.
#[derive(Debug)]
pub(super) struct Start<'a> {
    starts: &'a Starts,
}

/// Whether there are other starts, to be asked from any thread.
#[derive(Clone, Debug)]
pub(super) struct Others(watch::Receiver<usize>);

/// The domains that run, as they were shown a moment ago.
#[derive(Debug, Default)]
pub(crate) struct Active {
    // Held over the call, so that of many who ask at the same time one looks and the others read what it saw.
    seen: Mutex<Option<(Instant, Arc<BTreeSet<String>>)>>,
}

impl Default for Starts {
    fn default() -> Self {
        Self { being_made: watch::Sender::new(0) }
    }
}

impl Starts {
    /// Takes note of a start.
    pub(super) fn begin(&self) -> Start<'_> {
        self.being_made.send_modify(|count| *count += 1);
        Start { starts: self }
    }
}

impl Start<'_> {
    /// The other starts.
    pub(super) fn others(&self) -> Others {
        Others(self.starts.being_made.subscribe())
    }

    /// Waits until nothing is being made any more, but not for long.
    pub(super) async fn all_there(self) {
        let mut being_made = self.starts.being_made.subscribe();
        drop(self);
        let all_there = being_made.wait_for(|count| *count == 0);
        // Whoever is not there by then boots beside the others.
        let waited = tokio::time::timeout(HOLD, all_there).await.is_ok();
        tracing::trace!(waited, "a guest is let go");
    }
}

impl Drop for Start<'_> {
    fn drop(&mut self) {
        self.starts.being_made.send_modify(|count| *count -= 1);
    }
}

impl Others {
    /// Whether any is being made beside this one.
    pub(super) fn are_there(&self) -> bool {
        *self.0.borrow() > 1
    }
}

impl Active {
    /// Whether the domain runs, or did `age` ago.
    pub(super) async fn shows(
        &self,
        connections: &Connections,
        name: &str,
        age: Duration,
    ) -> Result<bool, LibvirtError> {
        let mut seen = self.seen.lock().await;
        let names = match &*seen {
            Some((at, names)) if at.elapsed() < age => Arc::clone(names),
            _ => {
                let looked = Instant::now();
                let names = Arc::new(
                    connections
                        .run(|link| {
                            let active =
                                link.read(|connect| connect.list_all_domains(sys::VIR_CONNECT_LIST_DOMAINS_ACTIVE))?;
                            Ok(active.iter().map(Domain::name).collect::<Result<BTreeSet<_>, _>>()?)
                        })
                        .await?,
                );
                *seen = Some((looked, Arc::clone(&names)));
                names
            }
        };
        Ok(names.contains(name))
    }
}

#[cfg(test)]
mod tests {
    use super::Starts;

    #[tokio::test]
    async fn what_is_started_together_goes_together() {
        let starts = Starts::default();
        let first = starts.begin();
        assert!(!first.others().are_there());
        let second = starts.begin();
        assert!(first.others().are_there());
        let mut held = Box::pin(first.all_there());
        assert!(futures::poll!(&mut held).is_pending(), "the second is not there");
        drop(second);
        held.await;
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_is_held_for_long() {
        let starts = Starts::default();
        let (first, _second) = (starts.begin(), starts.begin());
        first.all_there().await;
    }
}
