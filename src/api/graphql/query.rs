//! What can be asked.

use async_graphql::{Context, ID, Object, Result};

use super::{
    compute_unit::ComputeUnit,
    control, error,
    event::{Event, EventFilter},
    filter::{self, ComputeFilter, USUAL},
    system::SystemStatus,
};

/// What can be asked.
#[derive(Clone, Copy, Debug)]
pub struct Query;

/// What can be asked.
#[Object]
impl Query {
    /// A unit by its id: its name, its UUID or its address.
    // The option is outside, so that an error leaves `null` in this field's place instead of in that of all `data`.
    async fn compute_unit(&self, context: &Context<'_>, id: ID) -> Option<Result<ComputeUnit>> {
        let snapshot = control(context).snapshot();
        let unit = snapshot.unit(&id).ok_or_else(|| error::not_found("Compute unit not found"));
        Some(unit.map(|unit| ComputeUnit(unit.clone())))
    }

    /// Units in the order of their ids.
    #[graphql(complexity = "page_cost(limit, child_complexity)")]
    async fn compute_units(
        &self,
        context: &Context<'_>,
        filter: Option<ComputeFilter>,
        #[graphql(desc = "At most so many, 0 to 1000; 50 where it is not given.")] limit: Option<i32>,
        #[graphql(desc = "How many are passed over.")] offset: Option<i32>,
    ) -> Result<Vec<ComputeUnit>> {
        let (limit, offset) = (filter::limit(limit)?, filter::offset(offset)?);
        let units = wanted(context, &filter.unwrap_or_default())?;
        Ok(units.into_iter().skip(offset).take(limit).collect())
    }

    /// How many units there are, of those that the filter lets through.
    async fn compute_units_count(&self, context: &Context<'_>, filter: Option<ComputeFilter>) -> Result<i32> {
        Ok(i32::try_from(wanted(context, &filter.unwrap_or_default())?.len()).unwrap_or(i32::MAX))
    }

    /// The system as a whole.
    async fn system_status(&self, context: &Context<'_>) -> SystemStatus {
        let control = control(context);
        SystemStatus::of(&control.snapshot(), &control.status(), control.storage().await)
    }

    /// The newest events, newest first.
    #[graphql(complexity = "SEARCH + page_cost(limit, child_complexity)")]
    async fn events(
        &self,
        context: &Context<'_>,
        filter: Option<EventFilter>,
        #[graphql(desc = "At most so many, 0 to 1000; 50 where it is not given.")] limit: Option<i32>,
    ) -> Result<Vec<Event>> {
        let query = filter.unwrap_or_default().query(filter::limit(limit)?);
        let events = control(context).events(query).await.map_err(|failure| error::failed(&failure))?;
        Ok(events.into_iter().map(Event).collect())
    }
}

fn wanted(context: &Context<'_>, filter: &ComputeFilter) -> Result<Vec<ComputeUnit>> {
    let snapshot = control(context).snapshot();
    let mut units = Vec::new();
    for unit in snapshot.units.values() {
        if filter.wants(unit)? {
            units.push(ComputeUnit(unit.clone()));
        }
    }
    Ok(units)
}

/// What a search of the log costs, however little it finds.
pub(super) const SEARCH: usize = 1000;

/// What a page costs: what its elements cost, as often as there may be one.
fn page_cost(limit: Option<i32>, element: usize) -> usize {
    let elements = usize::try_from(limit.unwrap_or(USUAL)).unwrap_or(0);
    elements.saturating_mul(element).saturating_add(1)
}
