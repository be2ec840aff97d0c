//! The host's shutdown: logind is asked to wait, and units are stopped in order, each with its own patience.
//!
//! ```text
//!   logind: PrepareForShutdown ─┐
//!   SIGTERM, systemd: stopping ─┴─► keeper: HostStopping ─► units off, users before what they use ─► lock let go
//! ```

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use futures::StreamExt;
use model::{Address, Applied, Desired, Observed, Ownership, PowerState};
use plan::{Step, StepId};
use tokio::{
    sync::{mpsc::Sender, oneshot},
    task::JoinHandle,
};
use zbus::OwnedFd;

use super::{bus::LoginProxy, keeper::Command};
use crate::power;

/// The pause before logind is sought again.
const PAUSE: Duration = Duration::from_secs(60);

/// Holds the host back while it lives.
#[derive(Debug)]
pub(super) struct Guard(JoinHandle<()>);

/// Begins to hold the host back from going down.
pub(super) fn start(commands: Sender<Command>) -> Guard {
    Guard(tokio::spawn(async move {
        loop {
            match guard(&commands).await {
                Ok(()) => return,
                Err(error) => tracing::debug!(%error, "logind cannot be asked to wait for guests"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }))
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Has units stopped with the host, and returns when they are.
pub(super) async fn stop_guests(commands: &Sender<Command>) {
    let (done, stopped) = oneshot::channel();
    if commands.send(Command::HostStops { done }).await.is_ok() && stopped.await.is_err() {
        tracing::warn!("the keeper ended before the guests were off");
    }
}

async fn guard(commands: &Sender<Command>) -> zbus::Result<()> {
    let connection = zbus::Connection::system().await?;
    let login = LoginProxy::new(&connection).await?;
    let mut signals = login.receive_prepare_for_shutdown().await?;
    let mut lock = Some(inhibit(&login).await?);
    tracing::info!("logind waits for guests when the host goes down");
    while let Some(signal) = signals.next().await {
        if signal.args()?.start {
            stop_guests(commands).await;
            drop(lock.take());
        } else {
            lock = Some(inhibit(&login).await?);
            if commands.send(Command::HostStays).await.is_err() {
                return Ok(());
            }
        }
    }
    Err(zbus::Error::Failure("logind went away".to_owned()))
}

async fn inhibit(login: &LoginProxy<'_>) -> zbus::Result<OwnedFd> {
    login.inhibit("shutdown", "Hyper-NixOS", "guests are shut down in order", "delay").await
}

/// The steps that bring every unit of ours down: what depends on another before that one.
pub(super) fn steps(desired: &Desired, observed: &Observed, applied: &Applied) -> Vec<Step> {
    let is_up = |power| !matches!(power, PowerState::Off | PowerState::Crashed | PowerState::Finished);
    let ours = observed.resources.iter().filter(|(address, found)| {
        address.kind.is_unit() && matches!(found.ownership, Ownership::Ours { .. }) && is_up(found.power)
    });
    let chains: BTreeMap<&Address, Vec<plan::Action>> =
        ours.map(|(address, found)| (address, power::stopping(address, found, applied.rows.get(address)))).collect();
    let mut number = 0_u32;
    let mut ids: BTreeMap<&Address, Vec<StepId>> = BTreeMap::new();
    for (address, actions) in &chains {
        let chain = actions.iter().map(|_| {
            number += 1;
            StepId(number)
        });
        ids.insert(address, chain.collect());
    }
    let mut steps = Vec::new();
    for (address, actions) in chains {
        let users = users_of(address, desired).into_iter().filter_map(|user| ids.get(user)?.last().copied());
        let mut after: BTreeSet<StepId> = users.collect();
        for (id, action) in ids[address].iter().zip(actions) {
            steps.push(Step { id: *id, address: address.clone(), action, after: std::mem::take(&mut after) });
            after.insert(*id);
        }
    }
    steps
}

/// The units that depend on this one.
fn users_of<'d>(address: &Address, desired: &'d Desired) -> Vec<&'d Address> {
    let users = desired.units().filter(|(_, resource)| resource.depends_on.contains(address));
    users.map(|(user, _)| user).collect()
}

#[cfg(test)]
mod tests;
