//! The GraphQL schema, as its reference gives it: one file a resource. Types are made here, at the edge, of what
//! [`ControlPlane`] shows.

mod compute_unit;
mod enums;
mod error;
mod event;
mod filter;
mod query;
mod scalars;
mod subscription;
mod system;

use std::sync::Arc;

use async_graphql::{EmptyMutation, dataloader::DataLoader};

use crate::ControlPlane;
use compute_unit::UsageLoader;
use query::Query;
use subscription::Subscription;

/// The schema with the daemon behind it.
pub type Schema = async_graphql::Schema<Query, EmptyMutation, Subscription>;

/// How deep a query may go: the usual introspection goes 13 deep.
const DEEPEST: usize = 15;
/// What a query may cost: a field is 1, a list as many times its elements' fields as it may have elements.
const DEAREST: usize = 100_000;

/// Makes the schema over the daemon.
pub fn schema(control: Arc<dyn ControlPlane>) -> Schema {
    let usage = DataLoader::new(UsageLoader::new(Arc::clone(&control)), tokio::spawn);
    async_graphql::Schema::build(Query, EmptyMutation, Subscription)
        .data(control)
        .data(usage)
        .limit_depth(DEEPEST)
        .limit_complexity(DEAREST)
        .limit_recursive_depth(32)
        .limit_directives(50)
        .finish()
}

/// The daemon, from a resolver.
fn control<'c>(context: &async_graphql::Context<'c>) -> &'c Arc<dyn ControlPlane> {
    context.data_unchecked()
}

#[cfg(test)]
mod tests;
