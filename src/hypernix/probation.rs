//! A run on probation: unless somebody says in time that all is well, the host returns to what it was.

use std::time::Duration;

use jiff::Timestamp;
use model::Span;
use plan::PlanOptions;
use reconcile::{ApplyOptions, Confirmation, ConfirmationError, Pending, Verdict};

use crate::{
    failure::{Exit, Failure, Trouble},
    session::Session,
    world::World,
};

/// A run that may have to be confirmed, from before it begins.
#[derive(Debug)]
pub struct Probation {
    length: Option<Span>,
    /// The last generation that succeeded before the run: where the host returns to.
    previous: Option<u64>,
    confirmation: Confirmation,
}

impl Probation {
    /// Notes what the host would return to. Without a `length` nothing has to be confirmed.
    ///
    /// # Errors
    /// When the generations cannot be read.
    pub fn begin(world: &World, length: Option<Span>) -> Result<Self, Failure> {
        let state = world.reconciler.state();
        let good = state.generations().last_good().map_err(|source| Trouble::Generation { source })?;
        Ok(Self { length, previous: good.map(|good| good.number), confirmation: state.confirmation() })
    }

    /// After a run that ended with `exit`: waits for the word, and undoes the run where it does not come.
    ///
    /// # Errors
    /// When nothing can be waited for, or the run cannot be undone.
    pub async fn end(
        self,
        session: &Session,
        world: &World,
        plan_options: &PlanOptions,
        exit: Exit,
    ) -> Result<Exit, Failure> {
        let Some(pending) = self.pending(world, exit)? else { return Ok(exit) };
        let length = self.length.unwrap_or_default();
        session.output.remark(&format!(
            "run `hypernix confirm` within {length}, or generation {} is applied again",
            pending.previous
        ));
        match self.wait(pending, length.get()).await? {
            Verdict::Confirmed => {
                session.output.remark(&format!("generation {} is confirmed", pending.generation));
                Ok(exit)
            }
            Verdict::Superseded => Ok(exit),
            Verdict::Expired => undo(session, world, plan_options, pending).await,
        }
    }

    /// What there is to confirm, where the run made a generation and there is one to return to.
    fn pending(&self, world: &World, exit: Exit) -> Result<Option<Pending>, Failure> {
        let refused = |source| Trouble::Confirm { source };
        self.confirmation.close().map_err(refused)?;
        let (Some(length), Some(previous), Exit::Done) = (self.length, self.previous, exit) else { return Ok(None) };
        let newest = world.reconciler.state().generations().newest();
        let newest = newest.map_err(|source| Trouble::Generation { source })?;
        let made = newest.map(|newest| newest.number).filter(|&number| number > previous);
        Ok(made.map(|generation| Pending { generation, previous, deadline: Timestamp::now() + length.get() }))
    }

    /// Ctrl-C counts as a no.
    async fn wait(&self, pending: Pending, length: Duration) -> Result<Verdict, Failure> {
        let refused = |source: ConfirmationError| Trouble::Confirm { source };
        let window = self.confirmation.open(pending).map_err(refused)?;
        tokio::select! {
            verdict = window.verdict(length) => Ok(verdict.map_err(refused)?),
            _ = tokio::signal::ctrl_c() => Ok(Verdict::Expired),
        }
    }
}

/// Undoes a run that was not confirmed.
///
/// # Errors
/// When it cannot be undone.
pub async fn undo(
    session: &Session,
    world: &World,
    plan_options: &PlanOptions,
    pending: Pending,
) -> Result<Exit, Failure> {
    let Pending { generation, previous, .. } = pending;
    let output = &session.output;
    output.remark(&format!("generation {generation} was not confirmed: generation {previous} is applied again"));
    let options = ApplyOptions { patience: Duration::from_secs(300), ..ApplyOptions::default() };
    let report = world.reconciler.return_to(previous, plan_options, &options, None).await;
    let report = report.map_err(|source| Trouble::Undo { source })?;
    world.reconciler.state().confirmation().close().map_err(|source| Trouble::Confirm { source })?;
    output.answer(&report, || report.to_string())?;
    Ok(Exit::Failed)
}
