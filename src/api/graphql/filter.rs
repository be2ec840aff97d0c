//! Which units are asked for, and which page of them.

use std::sync::Arc;

use async_graphql::{InputObject, Result};
use serde_json::{Map, Value};

use super::{
    enums::{ComputeState, WorkloadType},
    error::bad_input,
};
use crate::view::Unit;

/// Elements of a page where nothing is said.
pub(super) const USUAL: i32 = 50;
/// The most elements of a page.
pub(super) const MOST: i32 = 1000;

/// Which units are asked for; all of it must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct ComputeFilter {
    /// Labels that they all have, with these values.
    labels: Option<Value>,
    /// Tags that they all have.
    tags: Option<Vec<String>>,
    state: Option<ComputeState>,
    workload_type: Option<WorkloadType>,
}

impl ComputeFilter {
    /// Whether the filter lets the unit through.
    ///
    /// # Errors
    /// When `labels` is no object.
    pub(super) fn wants(&self, unit: &Arc<Unit>) -> Result<bool> {
        let declared = unit.declared.as_ref();
        let labels = match &self.labels {
            None => Map::new(),
            Some(Value::Object(labels)) => labels.clone(),
            Some(_) => {
                return Err(bad_input("`labels` is no object: expected one such as {environment: \"production\"}"));
            }
        };
        let has_label = |(key, value): (&String, &Value)| {
            let wanted = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            declared.and_then(|declared| declared.unit.labels.get(key)) == Some(&wanted)
        };
        let has_tag = |tag: &String| declared.is_some_and(|declared| declared.tags.contains(tag));
        let kind = declared.map(|declared| WorkloadType::from(declared.unit.workload.kind));
        Ok(labels.iter().all(has_label)
            && self.tags.iter().flatten().all(has_tag)
            && self.state.is_none_or(|state| state == unit.state.into())
            && self.workload_type.is_none_or(|wanted| kind == Some(wanted)))
    }
}

/// How many elements are asked for.
///
/// # Errors
/// When it is negative or too many.
pub(super) fn limit(limit: Option<i32>) -> Result<usize> {
    let limit = limit.unwrap_or(USUAL);
    match usize::try_from(limit) {
        Ok(number) if limit <= MOST => Ok(number),
        _ => Err(bad_input(format!("`limit` is {limit}: expected 0 to {MOST}"))),
    }
}

/// How many elements are passed over.
///
/// # Errors
/// When it is negative.
pub(super) fn offset(offset: Option<i32>) -> Result<usize> {
    let offset = offset.unwrap_or(0);
    usize::try_from(offset).map_err(|_| bad_input(format!("`offset` is {offset}: expected 0 or more")))
}
