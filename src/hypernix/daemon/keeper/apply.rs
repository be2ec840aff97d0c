//! Begins what changes the host, one thing at a time, and hears how it ended.

use std::sync::Arc;

use api::{ReconcileRequest, view::Phase};
use jiff::Timestamp;
use reconcile::{Report, StepStatus};
use serde_json::json;
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinError,
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use super::{
    Asked, Keeper, QUEUE,
    heal::Heal,
    listed,
    work::{self, Done, Ended, Kind},
};
use crate::daemon::{notify, shutdown};

impl Keeper {
    /// Begins what waits: the host's stop before all, then what was asked for, then what is to be put right.
    pub(super) fn begin_work(&mut self) {
        if self.is_ending() {
            return;
        }
        if self.working.is_some() {
            return self.make_way();
        }
        match self.phase() {
            Phase::HostStopping => self.begin_host_stop(),
            Phase::Starting | Phase::Ready if !self.queue.is_empty() => self.begin_reconcile(),
            Phase::Ready => self.begin_heal(),
            Phase::Starting | Phase::Stopping => {}
        }
    }

    /// What was asked for does not wait for what is put right.
    fn make_way(&self) {
        let is_asked = !self.queue.is_empty() || self.phase() == Phase::HostStopping;
        if let Some((Kind::Heal(_) | Kind::Reconcile, cancel)) = &self.working
            && is_asked
            && (self.phase() == Phase::HostStopping || matches!(self.working, Some((Kind::Heal(_), _))))
        {
            cancel.cancel();
        }
    }

    fn begin_heal(&mut self) {
        if self.next_heal().is_none_or(|wait| !wait.is_zero()) {
            return;
        }
        let now = Timestamp::now();
        let due = self.healer.due(&self.deviations, now);
        if due.is_empty() {
            return;
        }
        tracing::info!(addresses = listed(&due), "putting right");
        self.healer.begin(&due, now);
        let (world, desired, these) = (Arc::clone(&self.world), Arc::clone(&self.known.desired), due.clone());
        self.start(Kind::Heal(due), false, |cancel| Heal::these(world, desired, these, cancel));
    }

    /// A manifest is applied once the backends were read, or are known not to answer.
    fn begin_reconcile(&mut self) {
        // Whoever gave up waiting may have gone another way meanwhile.
        self.queue.retain(|(asked, _)| !asked.lines.as_ref().is_some_and(mpsc::Sender::is_closed));
        let Some((asked, is_own)) = self.queue.pop_front() else { return };
        let world = Arc::clone(&self.world);
        self.start(Kind::Reconcile, is_own, |cancel| work::reconcile(world, asked, cancel));
        self.show();
    }

    fn begin_host_stop(&mut self) {
        if std::mem::replace(&mut self.host_stop_begun, true) {
            return self.host_waiters.drain(..).for_each(tell_done);
        }
        let steps = shutdown::steps(&self.known.desired, &self.observed, &self.known.applied);
        tracing::info!(steps = steps.len(), "the host goes down: units are stopped");
        let world = Arc::clone(&self.world);
        self.start(Kind::HostStop, false, |_| work::stop(world, steps));
    }

    fn start<F>(&mut self, kind: Kind, is_own: bool, work: impl FnOnce(CancellationToken) -> F)
    where
        F: Future<Output: Into<Done>> + Send + 'static,
    {
        let cancel = CancellationToken::new();
        let working = work(cancel.clone());
        self.working = Some((kind.clone(), cancel));
        self.works.spawn(async move {
            let began = Instant::now();
            let done = working.await.into();
            Ended { kind, done, took: began.elapsed(), is_own }
        });
    }

    /// Takes note of how work ended, and has what it touched read again.
    pub(super) async fn worked(&mut self, ended: Result<Ended, JoinError>) {
        self.working = None;
        self.leaves_memory = true;
        let ended = match ended {
            Ok(ended) => ended,
            Err(error) => {
                tracing::error!(%error, "work fell over; the journal says how far it was");
                self.load().await;
                return self.mark_everything();
            }
        };
        let Ended { kind, done: Done { outcome, refused }, took, is_own } = ended;
        self.figures.worked(&kind, &outcome, took);
        for (address, error) in refused {
            tracing::warn!(%address, error, "cannot be put right");
            self.healer.failed(&address, error);
        }
        match (&kind, &outcome) {
            (Kind::Heal(these), Err(error)) => {
                tracing::warn!(addresses = listed(these), error, "could not be put right");
                these.iter().for_each(|address| self.healer.failed(address, error.clone()));
            }
            (Kind::Heal(_), Ok(report)) => self.note_failures(report),
            (Kind::Reconcile, outcome) => self.reconciled(outcome, is_own),
            (Kind::HostStop, outcome) => {
                if let Err(error) = outcome {
                    tracing::error!(error, "units could not be stopped");
                }
            }
        }
        self.load().await;
        if let (Kind::Heal(these), Ok(report)) = (kind, outcome) {
            let touched = report.steps.into_iter().map(|step| step.address);
            these.into_iter().chain(touched).for_each(|address| self.mark(address));
        } else {
            self.mark_everything();
        }
        self.judge_soon();
    }

    fn note_failures(&mut self, report: &Report) {
        for step in &report.steps {
            if let StepStatus::Failed { error } = &step.status {
                tracing::warn!(address = %step.address, error, "could not be put right");
                self.healer.failed(&step.address, error.clone());
            }
        }
    }

    fn reconciled(&mut self, outcome: &Result<Report, String>, is_own: bool) {
        self.healer.forget();
        match outcome {
            Ok(report) => {
                tracing::info!(generation = report.generation, result = ?report.result, "a manifest was applied");
            }
            Err(error) => tracing::error!(error, "a manifest was not applied"),
        }
        if is_own {
            self.manifest_waits = outcome.is_err();
            notify::ready();
        }
    }

    /// Has the daemon's own manifest applied; whether it has one.
    pub(super) fn ask_for_manifest(&mut self) -> bool {
        let Some(manifest) = self.settings.manifest.clone() else { return false };
        let is_queued = self.queue.iter().any(|(_, is_own)| *is_own);
        if !is_queued {
            let request = ReconcileRequest {
                manifest,
                allow_destroy: false,
                prune: false,
                allow_prune: None,
                restart_pending: false,
                partial: false,
                rollback_on_failure: false,
                caller: None,
            };
            self.queue.push_back((Asked { request, lines: None }, true));
        }
        true
    }

    /// Puts what is asked for at the end of the queue, or refuses it.
    pub(super) fn enqueue(&mut self, asked: Asked) {
        let refusal = match self.phase() {
            Phase::HostStopping | Phase::Stopping => Some("the daemon is stopping"),
            _ if self.queue.len() >= QUEUE => Some("too many reconciliations wait already"),
            _ => None,
        };
        let Some(message) = refusal else { return self.queue.push_back((asked, false)) };
        let error = json!({ "code": "hypernix::busy", "message": message, "help": "ask again later" });
        if let Some(lines) = asked.lines
            && lines.try_send(json!({ "event": "refused", "ok": false, "error": error })).is_err()
        {
            tracing::debug!("nobody hears the refusal");
        }
    }

    /// The host goes down: nothing is put right any more, and units are stopped.
    pub(super) fn stop_host(&mut self, done: oneshot::Sender<()>) {
        self.host_waiters.push(done);
        if self.phase() != Phase::HostStopping {
            self.host_stop_begun = false;
            self.set_phase(Phase::HostStopping);
        }
    }
}

fn tell_done(done: oneshot::Sender<()>) {
    if done.send(()).is_err() {
        tracing::debug!("nobody waits for the guests any more");
    }
}
