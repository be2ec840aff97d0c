//! Returns to the last generation that succeeded: planned and carried out like any other.

use driver::chain;
use model::Desired;
use plan::{PlanOptions, Refusal};
use tokio::sync::mpsc::Sender;

use super::ApplyError;
use crate::{
    ApplyOptions, Event, GenerationError, OnFailure, Planned, PlanningError, Reconciler, Report, event::Events,
};

/// The host was not brought back to an earlier generation.
#[derive(Debug, thiserror::Error)]
pub enum ReturnError {
    /// There is none to return to.
    #[error("no earlier generation succeeded")]
    NoneToReturnTo,
    /// It is not kept, or cannot be read.
    #[error("cannot read the earlier generation")]
    Generation(#[from] GenerationError),
    /// It cannot be returned to.
    #[error("cannot plan the way back")]
    Plan(#[from] PlanningError),
    /// The way back cannot be begun or written down.
    #[error("cannot go the way back")]
    Apply(#[from] ApplyError),
}

impl Reconciler {
    /// Applies the generation `number` again, as a run that was not confirmed is undone.
    ///
    /// # Errors
    /// When it is not kept, cannot be planned, or the run cannot begin.
    pub async fn return_to(
        &self,
        number: u64,
        plan_options: &PlanOptions,
        options: &ApplyOptions,
        events: Option<Sender<Event>>,
    ) -> Result<Report, ReturnError> {
        let _lock = self.lock(options.patience, options.caller.as_ref()).await.map_err(ApplyError::from)?;
        go_back(self, number, plan_options, options, &Events(events)).await
    }
}

/// Applies the last generation that succeeded, and puts what became of it into `report`.
pub(super) async fn roll_back(
    host: &Reconciler,
    report: &mut Report,
    failed: &Planned,
    options: &ApplyOptions,
    events: &Events,
) {
    match to_last_good(host, failed, options, events).await {
        Ok(rollback) => report.rollback = Some(Box::new(rollback)),
        Err(error) => report.notes.push(format!("not rolled back: {}", chain(&error))),
    }
}

async fn to_last_good(
    host: &Reconciler,
    failed: &Planned,
    options: &ApplyOptions,
    events: &Events,
) -> Result<Report, ReturnError> {
    let target = host.state.generations().last_good()?.ok_or(ReturnError::NoneToReturnTo)?.number;
    go_back(host, target, &failed.options, options, events).await
}

async fn go_back(
    host: &Reconciler,
    target: u64,
    plan_options: &PlanOptions,
    options: &ApplyOptions,
    events: &Events,
) -> Result<Report, ReturnError> {
    let desired = host.state.generations().desired(target)?;
    events.tell(Event::RollingBack { to: target });
    let planned = plan_back(host, &desired, PlanOptions { only: None, ..plan_options.clone() }).await?;
    let options = ApplyOptions {
        on_failure: OnFailure::Keep,
        rollback_to: Some(target),
        source: None,
        manifest: None,
        ..options.clone()
    };
    Ok(host.run(&planned, &desired, &options, events).await?)
}

/// Plans the way back. It removes at most what the failed run has just made, so many removals at once need no
/// further word.
async fn plan_back(host: &Reconciler, desired: &Desired, options: PlanOptions) -> Result<Planned, PlanningError> {
    match host.plan(desired, &options).await {
        Err(PlanningError::Refused(Refusal { errors, plan })) => match agreed_hash(&errors) {
            Some(hash) => host.plan(desired, &PlanOptions { allow_prune: Some(hash), ..options }).await,
            None => Err(PlanningError::Refused(Refusal { errors, plan })),
        },
        planned => planned,
    }
}

/// The hash to agree to, where the number of removals is all that is wrong.
fn agreed_hash(errors: &[plan::PlanError]) -> Option<String> {
    match errors {
        [plan::PlanError::TooManyPruned { hash, .. }] => Some(hash.clone()),
        _ => None,
    }
}
