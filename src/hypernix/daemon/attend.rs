//! Listens to a backend, and again whenever it is lost: after pauses that double to ten seconds, or a minute where
//! nothing here needs the backend. A backend that is needed and down, systemd is asked to start.

use std::{collections::BTreeSet, sync::Arc, time::Duration};

use backon::{BackoffBuilder, ExponentialBuilder};
use driver::{Teller, chain};
use model::Backend;
use tokio::sync::{mpsc::Sender, watch};

use super::{
    bus::Bus,
    keeper::{Command, Need},
};
use crate::world::World;

/// The pause before the first try; it doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(200);
/// The longest pause before a backend that is needed is tried again.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);
/// The pause before a backend that nothing needs is tried again.
const IDLE_PAUSE: Duration = Duration::from_secs(60);

/// Starts listening. It ends with the keeper.
pub(super) fn start(
    world: Arc<World>,
    backend: Backend,
    teller: Teller,
    commands: Sender<Command>,
    mut needed: watch::Receiver<BTreeSet<Backend>>,
) {
    tokio::spawn(async move {
        let pauses = || {
            let pauses = ExponentialBuilder::default().with_min_delay(FIRST_PAUSE).with_max_delay(LONGEST_PAUSE);
            pauses.with_factor(2.0).with_jitter().without_max_times().build()
        };
        let mut waits = pauses();
        loop {
            let began = tokio::time::Instant::now();
            let Err(error) = world.reconciler.backends().of(backend).watch(&teller).await else { return };
            let reason = chain(&error);
            let (need, answer) = tokio::sync::oneshot::channel();
            if commands.send(Command::Lost { backend, reason: reason.clone(), need }).await.is_err() {
                return;
            }
            let Ok(need) = answer.await else { return };
            // It could be heard for a while: what comes now is another outage.
            if began.elapsed() > LONGEST_PAUSE {
                waits = pauses();
            }
            let pause = match need {
                Need::Needed => {
                    tracing::warn!(%backend, reason, "a backend is lost, and tried again");
                    Bus.start_backend(backend).await;
                    waits.next().unwrap_or(LONGEST_PAUSE)
                }
                Need::Idle => {
                    tracing::debug!(%backend, reason, "a backend that nothing needs does not answer");
                    IDLE_PAUSE
                }
            };
            // A backend that becomes needed meanwhile is tried at once.
            let becomes_needed = needed.wait_for(|these| need == Need::Idle && these.contains(&backend));
            if tokio::time::timeout(pause, becomes_needed).await.is_ok_and(|watched| watched.is_err()) {
                return;
            }
        }
    });
}
