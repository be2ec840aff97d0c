//! What kind of work a unit does. Placement and monitoring read it; it changes nothing in the backend.

use serde::Deserialize;

/// `workload`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Workload {
    /// How long it lives.
    #[serde(rename = "type")]
    pub kind: WorkloadType,
    /// What it needs most.
    pub profile: Option<WorkloadProfile>,
    /// What was promised.
    pub sla: Sla,
}

/// How long a workload lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WorkloadType {
    /// On and on.
    Persistent,
    /// For a while, without state.
    Ephemeral,
    /// Until it is done.
    Batch,
    /// While somebody uses it.
    Interactive,
}

/// What a workload needs most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WorkloadProfile {
    /// CPU.
    CpuIntensive,
    /// Memory.
    MemoryIntensive,
    /// Disks.
    IoIntensive,
    /// An accelerator.
    GpuCompute,
    /// Low latency.
    Realtime,
}

/// What was promised.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Sla {
    /// Per cent.
    pub availability: Option<f64>,
    /// Latency.
    pub latency: Option<String>,
    /// Operations a second.
    pub iops: Option<u64>,
}
