//! Compute units: virtual machines and containers.

mod features;
mod lifecycle;
mod links;
mod placement;
mod resources;
mod status;
mod workload;

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use serde_json::{Value, json};

use super::{
    control,
    enums::{DriftPolicy, Origin},
    error,
    event::Event,
    query::SEARCH,
    scalars::Time,
};
use crate::view::{Drift, Unit};
use features::ComputeFeatures;
use lifecycle::LifecycleSpec;
use links::{NetworkAttachment, StorageAttachment};
use placement::PlacementSpec;
use resources::ComputeResources;
use status::ComputeStatus;
pub(super) use status::UsageLoader;
use workload::WorkloadSpec;

/// Events that a unit shows.
const EVENTS: usize = 50;

/// A virtual machine or a container.
#[derive(Clone, Debug)]
pub(crate) struct ComputeUnit(pub(super) Arc<Unit>);

/// A virtual machine or a container.
#[Object]
impl ComputeUnit {
    /// Its name, unique on this host.
    async fn id(&self) -> ID {
        ID(self.0.name.clone())
    }

    /// Its UUID, the same for the same declaration.
    async fn uuid(&self) -> &str {
        &self.0.uuid
    }

    /// Its labels.
    async fn labels(&self) -> Value {
        self.0.declared.as_ref().map_or_else(|| json!({}), |declared| json!(declared.unit.labels))
    }

    /// Every tag it has, its policies' and the default ones among them.
    async fn tags(&self) -> &[String] {
        self.0.declared.as_ref().map_or(&[], |declared| &declared.tags)
    }

    /// Its policies.
    async fn policies(&self) -> &[String] {
        self.0.declared.as_ref().map_or(&[], |declared| &declared.unit.policies)
    }

    /// CPU, memory, accelerators.
    async fn resources(&self) -> ComputeResources {
        ComputeResources::of(&self.0)
    }

    /// What kind of work it does.
    async fn workload(&self) -> WorkloadSpec {
        WorkloadSpec::of(&self.0)
    }

    /// Its disks.
    async fn storage(&self) -> Vec<StorageAttachment> {
        self.0.declared.iter().flat_map(|declared| &declared.unit.storage).map(StorageAttachment::of).collect()
    }

    /// Its network interfaces.
    async fn network(&self) -> Vec<NetworkAttachment> {
        self.0.declared.iter().flat_map(|declared| &declared.unit.network).map(NetworkAttachment::of).collect()
    }

    /// Where it may run.
    async fn placement(&self) -> PlacementSpec {
        PlacementSpec::of(&self.0)
    }

    /// Scripts around start and stop, and health.
    async fn lifecycle(&self) -> LifecycleSpec {
        LifecycleSpec::of(&self.0)
    }

    /// Isolation and persistence.
    async fn features(&self) -> ComputeFeatures {
        ComputeFeatures::of(&self.0)
    }

    /// How it is.
    async fn status(&self) -> ComputeStatus {
        ComputeStatus(Arc::clone(&self.0))
    }

    /// The newest 50 events about it, newest first.
    #[graphql(complexity = "SEARCH + EVENTS * child_complexity")]
    async fn events(&self, context: &Context<'_>) -> Result<Vec<Event>> {
        let query = store::Query { source: Some(self.0.name.clone()), limit: EVENTS, ..store::Query::default() };
        let events = control(context).events(query).await.map_err(|failure| error::failed(&failure))?;
        Ok(events.into_iter().map(Event).collect())
    }

    /// Who declared it.
    async fn origin(&self) -> Origin {
        Origin::Nix
    }

    /// Where it was declared, as FILE:LINE.
    async fn declared_at(&self) -> Option<String> {
        self.0.declared.as_ref()?.at.as_ref().map(ToString::to_string)
    }

    /// How it differs from its declaration, though nothing was declared anew.
    async fn drift(&self) -> Option<UnitDrift> {
        self.0.drift.as_ref().map(UnitDrift::of)
    }
}

/// How a unit differs from its declaration.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct UnitDrift {
    /// What it would take to put it right.
    verb: String,
    /// The fields that differ.
    fields: Vec<DriftedField>,
    /// Why, where the fields do not say it.
    why: Option<String>,
    /// Who wins.
    policy: DriftPolicy,
    /// Since when it is known.
    since: Time,
    /// How often it was put right in vain.
    attempts: i32,
    /// When it is put right next.
    next_attempt: Option<Time>,
    /// Why that failed the last time.
    error: Option<String>,
}

/// A field that differs.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct DriftedField {
    /// Its path.
    path: String,
    /// What is there.
    found: Option<Value>,
    /// What is declared.
    declared: Option<Value>,
}

impl UnitDrift {
    fn of(drift: &Drift) -> Self {
        let Drift { verb, fields, why, policy, since, attempts, next_attempt, error } = drift;
        let fields = fields.iter().map(|field| DriftedField {
            path: field.path.to_string(),
            found: field.found.clone(),
            declared: field.declared.clone(),
        });
        Self {
            verb: serde_json::to_value(verb).ok().and_then(|verb| verb.as_str().map(str::to_owned)).unwrap_or_default(),
            fields: fields.collect(),
            why: why.clone(),
            policy: (*policy).into(),
            since: Time(*since),
            attempts: i32::try_from(*attempts).unwrap_or(i32::MAX),
            next_attempt: next_attempt.map(Time),
            error: error.clone(),
        }
    }
}

/// A number as a 32-bit one, as large as that can be.
fn int(number: impl TryInto<i32>) -> i32 {
    number.try_into().unwrap_or(i32::MAX)
}
