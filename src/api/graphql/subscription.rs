//! What can be followed.

use async_graphql::{Context, ID, Result};
use futures::{Stream, StreamExt, future};
use tokio_stream::wrappers::{BroadcastStream, errors::BroadcastStreamRecvError};

use super::{compute_unit::ComputeUnit, control, error};
use crate::view::UnitChange;

/// What can be followed.
#[derive(Clone, Copy, Debug)]
pub struct Subscription;

/// What can be followed.
#[async_graphql::Subscription]
impl Subscription {
    /// Every change of a unit: of one, or of any. One that is gone is not shown.
    async fn compute_unit_updated(
        &self,
        context: &Context<'_>,
        id: Option<ID>,
    ) -> impl Stream<Item = Result<ComputeUnit>> {
        changes(context, id, |_| true)
    }

    /// Every change of whether a unit runs: of one, or of any. One that is gone is not shown.
    async fn compute_unit_state_changed(
        &self,
        context: &Context<'_>,
        id: Option<ID>,
    ) -> impl Stream<Item = Result<ComputeUnit>> {
        changes(context, id, |change| {
            let state = |unit: &Option<std::sync::Arc<crate::view::Unit>>| unit.as_ref().map(|unit| unit.state);
            state(&change.before) != state(&change.after)
        })
    }
}

/// The changes that are wanted; a reader that missed some is told so, and that is the end.
fn changes(
    context: &Context<'_>,
    id: Option<ID>,
    is_wanted: fn(&UnitChange) -> bool,
) -> impl Stream<Item = Result<ComputeUnit>> + use<> {
    let control = control(context);
    let changes = BroadcastStream::new(control.changes());
    // A unit may be named before there is one.
    let name = id.map(|id| control.snapshot().unit(&id).map_or_else(|| id.to_string(), |unit| unit.name.clone()));
    let mut is_over = false;
    changes
        .filter_map(move |change| {
            let shown = match change {
                Err(BroadcastStreamRecvError::Lagged(missed)) => Some(Err(error::resync(missed))),
                Ok(change) if name.as_ref().is_none_or(|name| *name == change.name) && is_wanted(&change) => {
                    change.after.map(|unit| Ok(ComputeUnit(unit)))
                }
                Ok(_) => None,
            };
            future::ready(shown)
        })
        .take_while(move |shown| {
            let was_over = is_over;
            is_over = shown.is_err();
            future::ready(!was_over)
        })
}
