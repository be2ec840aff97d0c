//! What a unit is attached to: disks and networks.

use async_graphql::SimpleObject;
use config::unit::{Nic, Performance, Storage};

use super::{super::scalars::Duration, int, resources::size};

/// A disk.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct StorageAttachment {
    name: String,
    capability: String,
    /// How large: `10Gi`; empty where what is attached says it.
    size: String,
    performance: Option<StoragePerformance>,
    features: Vec<String>,
}

/// How fast a disk may be.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct StoragePerformance {
    iops: Option<i32>,
    /// Bytes a second.
    throughput: Option<String>,
}

/// A network interface.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct NetworkAttachment {
    name: String,
    capability: String,
    /// Bytes a second.
    bandwidth: Option<String>,
    latency: Option<Duration>,
    features: Vec<String>,
}

impl StorageAttachment {
    pub(super) fn of(storage: &Storage) -> Self {
        let performance = storage.performance.as_ref().map(|Performance { iops, throughput }| StoragePerformance {
            iops: iops.map(int),
            throughput: throughput.map(|rate| size(rate.0)),
        });
        Self {
            name: storage.name.clone(),
            capability: storage.capability.clone(),
            size: storage.size.map(|bytes| size(bytes.0)).unwrap_or_default(),
            performance,
            features: storage.features.clone(),
        }
    }
}

impl NetworkAttachment {
    pub(super) fn of(nic: &Nic) -> Self {
        Self {
            name: nic.name.clone(),
            capability: nic.capability.clone(),
            bandwidth: nic.bandwidth.map(|rate| size(rate.0)),
            latency: nic.latency.clone().map(Duration),
            features: nic.features.clone(),
        }
    }
}
