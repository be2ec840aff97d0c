//! What kind of work a unit does.

use async_graphql::SimpleObject;
use config::unit::{Sla, Workload};

use super::{
    super::{
        enums::{WorkloadProfile, WorkloadType},
        scalars::Duration,
    },
    int,
};
use crate::view::Unit;

/// What kind of work a unit does.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct WorkloadSpec {
    #[graphql(name = "type")]
    kind: WorkloadType,
    profile: Option<WorkloadProfile>,
    sla: SlaSpec,
}

/// What is promised of it.
#[derive(Clone, Debug, Default, SimpleObject)]
#[graphql(name = "SLASpec")]
pub(crate) struct SlaSpec {
    /// In percent.
    availability: Option<f64>,
    latency: Option<Duration>,
    iops: Option<i32>,
}

impl WorkloadSpec {
    pub(super) fn of(unit: &Unit) -> Self {
        let Some(declared) = &unit.declared else {
            return Self { kind: WorkloadType::Persistent, profile: None, sla: SlaSpec::default() };
        };
        let Workload { kind, profile, sla: Sla { availability, latency, iops } } = &declared.unit.workload;
        Self {
            kind: (*kind).into(),
            profile: profile.map(Into::into),
            sla: SlaSpec { availability: *availability, latency: latency.clone().map(Duration), iops: iops.map(int) },
        }
    }
}
