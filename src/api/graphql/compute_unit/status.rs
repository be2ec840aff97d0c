//! How a unit is.

use std::{collections::HashMap, convert::Infallible, sync::Arc};

use async_graphql::{
    Context, Object, Result, SimpleObject,
    dataloader::{DataLoader, Loader},
};
use model::Address;

use super::{
    super::{
        enums::{ComputeState, HealthStatus},
        scalars::Time,
    },
    int,
};
use crate::{
    ControlPlane,
    view::{Unit, Usage},
};

/// How a unit is.
#[derive(Clone, Debug)]
pub(crate) struct ComputeStatus(pub(super) Arc<Unit>);

/// What a unit uses at the moment.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ResourceUsage {
    /// Of its CPUs, in percent, since the last look at it.
    cpu: f64,
    /// Of its memory, in percent.
    memory: f64,
    /// Of its disks, in percent.
    disk: f64,
    network: NetworkUsage,
}

/// Bytes over its interfaces since it was started.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct NetworkUsage {
    /// Received; at most 2147483647, `rxBytes` is exact.
    rx: i32,
    /// Sent; at most 2147483647, `txBytes` is exact.
    tx: i32,
    /// Received, as a number in text.
    rx_bytes: String,
    /// Sent, as a number in text.
    tx_bytes: String,
}

/// How a unit is.
#[Object]
impl ComputeStatus {
    /// Whether it runs.
    async fn state(&self) -> ComputeState {
        self.0.state.into()
    }

    /// Whether it works.
    async fn health(&self) -> HealthStatus {
        self.0.health.into()
    }

    /// What it uses at the moment; nothing where it does not run.
    async fn resources(&self, context: &Context<'_>) -> Result<ResourceUsage> {
        let loader: &DataLoader<UsageLoader> = context.data()?;
        let usage = match loader.load_one(self.0.address.clone()).await {
            Ok(usage) => usage.unwrap_or_default(),
            Err(never) => match never {},
        };
        Ok(ResourceUsage::from(usage))
    }

    /// When anything of it was last seen to change.
    async fn last_updated(&self) -> Time {
        Time(self.0.changed)
    }
}

impl From<Usage> for ResourceUsage {
    fn from(Usage { cpu, memory, disk, received, sent }: Usage) -> Self {
        let network = NetworkUsage {
            rx: int(received),
            tx: int(sent),
            rx_bytes: received.to_string(),
            tx_bytes: sent.to_string(),
        };
        Self { cpu, memory, disk, network }
    }
}

/// Asks for the usage of all units of an answer at once.
pub(crate) struct UsageLoader(Arc<dyn ControlPlane>);

impl UsageLoader {
    pub(crate) fn new(control: Arc<dyn ControlPlane>) -> Self {
        Self(control)
    }
}

impl Loader<Address> for UsageLoader {
    type Value = Usage;
    type Error = Infallible;

    async fn load(&self, units: &[Address]) -> Result<HashMap<Address, Usage>, Infallible> {
        Ok(self.0.usage(units.to_vec()).await.into_iter().collect())
    }
}
