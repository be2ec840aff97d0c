//! What changes the host: tasks of their own, one at a time.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

use api::ReconcileRequest;
use driver::chain;
use model::Address;
use plan::{Destroy, PendingRestart, PlanOptions, Prune, Removals, Step, Unreachable};
use reconcile::{ApplyError, ApplyOptions, Event, OnFailure, Purpose, Report};
use serde_json::Value;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::command::Asked;
use crate::{
    daemon::lines::Line,
    declaration::Declaration,
    failure::{Failure, Trouble},
    run,
    world::World,
};

/// Events of a run that may wait to be told on.
const BACKLOG: usize = 1024;
/// Plans that are made for one reconciliation while the world goes on moving.
const ATTEMPTS: usize = 3;
/// How long the end of another process's run is waited for.
const LOCK_PATIENCE: Duration = Duration::from_secs(60);

/// How long a listener may leave a line unread before it counts as gone.
const LISTENER_PATIENCE: Duration = Duration::from_secs(1);

/// What is worked on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::daemon) enum Kind {
    /// These are put right.
    Heal(BTreeSet<Address>),
    /// A manifest is applied.
    Reconcile,
    /// Units are stopped with the host.
    HostStop,
}

/// What work came to.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) outcome: Result<Report, String>,
    /// What could not even be planned, and why.
    pub(super) refused: BTreeMap<Address, String>,
}

/// How work ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) kind: Kind,
    pub(super) done: Done,
    pub(super) took: Duration,
    /// Whether it was the daemon's own manifest.
    pub(super) is_own: bool,
}

impl From<Result<Report, String>> for Done {
    fn from(outcome: Result<Report, String>) -> Self {
        Self { outcome, refused: BTreeMap::new() }
    }
}

/// Carries out the steps that stop units with the host.
pub(super) async fn stop(world: Arc<World>, steps: Vec<Step>) -> Result<Report, String> {
    let options = ApplyOptions {
        purpose: Purpose::HostDown,
        parallelism: Some(64),
        patience: LOCK_PATIENCE,
        ..ApplyOptions::default()
    };
    world.reconciler.perform(steps, &options, None).await.map_err(|error| chain(&error))
}

/// Makes the host match a manifest, and tells how it goes.
pub(super) async fn reconcile(world: Arc<World>, asked: Asked, cancel: CancellationToken) -> Result<Report, String> {
    let Asked { request, lines } = asked;
    let mut listener = Listener(lines);
    let outcome = try_reconcile(&world, &request, &mut listener, cancel).await;
    let (last, outcome) = match outcome {
        Ok(report) => (Line::report(report.clone()), Ok(report)),
        Err(failure) => {
            let line = Line::refused(&failure);
            let message = line.refusal().to_owned();
            (line, Err(message))
        }
    };
    listener.tell(&last).await;
    outcome
}

async fn try_reconcile(
    world: &World,
    request: &ReconcileRequest,
    listener: &mut Listener,
    cancel: CancellationToken,
) -> Result<Report, Failure> {
    if let Some(recovered) = world.reconciler.recover(LOCK_PATIENCE).await.map_err(Trouble::of_recover)? {
        listener.tell(&Line::recovered(&recovered)).await;
    }
    let declaration = Declaration::load_beside(world, &request.manifest).await?;
    let rolls_back = request.rollback_on_failure || declaration.activation.rollback_on_failure;
    let plan_options = PlanOptions {
        removals: if rolls_back { Removals::Last } else { Removals::WhenUnneeded },
        destroy: if request.allow_destroy || declaration.activation.allow_destroy {
            Destroy::Allow
        } else {
            Destroy::Refuse
        },
        prune: if request.prune { Prune::Now } else { Prune::AfterGrace },
        allow_prune: request.allow_prune.clone(),
        pending: if request.restart_pending { PendingRestart::Restart } else { PendingRestart::Wait },
        only: None,
        leave_power: BTreeSet::new(),
        unreachable: if request.partial { Unreachable::LeaveOut } else { Unreachable::Refuse },
    };
    let options = ApplyOptions {
        source: Some(declaration.source.clone()),
        manifest: Some(declaration.manifest.clone()),
        on_failure: OnFailure::rolling_back(rolls_back),
        patience: LOCK_PATIENCE,
        caller: request.caller.clone(),
        cancel,
        ..ApplyOptions::default()
    };
    let desired = &declaration.desired;
    let mut agreed = None;
    for attempt in 1.. {
        let planned = world.plan(desired, &plan_options).await?;
        let removed = run::removed(&planned.plan);
        run::removes_no_more(&removed, agreed.get_or_insert_with(|| removed.clone()))?;
        listener.tell(&Line::Planned { plan: Box::new(run::with_warnings(&planned)) }).await;
        let (sender, telling) = follow(std::mem::take(listener));
        let ended = world.reconciler.apply(&planned, desired, &options, Some(sender)).await;
        match telling.await {
            Ok(still) => *listener = still,
            Err(error) => tracing::debug!(%error, "the run could not be told of"),
        }
        match ended {
            Err(error @ (ApplyError::Moved(_) | ApplyError::Overtaken)) if attempt < ATTEMPTS => {
                tracing::info!(%error, "planning again");
            }
            ended => return Ok(ended.map_err(Trouble::of_apply)?),
        }
    }
    unreachable!("the loop returns at the last attempt")
}

/// Tells the events of a run on, as lines.
fn follow(mut listener: Listener) -> (mpsc::Sender<Event>, tokio::task::JoinHandle<Listener>) {
    let (sender, mut receiver) = mpsc::channel(BACKLOG);
    let telling = tokio::spawn(async move {
        while let Some(event) = receiver.recv().await {
            listener.tell(&Line::Run(event)).await;
        }
        listener
    });
    (sender, telling)
}

/// Who is told how a run goes. One that went away, or does not read, is told no more: the run does not wait for it.
#[derive(Default)]
struct Listener(Option<mpsc::Sender<Value>>);

impl Listener {
    async fn tell(&mut self, line: &Line) {
        if let Some(lines) = &self.0
            && lines.send_timeout(line.document(), LISTENER_PATIENCE).await.is_err()
        {
            tracing::debug!("nobody listens to the run any more");
            self.0 = None;
        }
    }
}
