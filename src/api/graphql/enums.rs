//! Enumerations: upper snake case here, lower kebab case in Nix.

use async_graphql::Enum;

use crate::view;

/// Declares enumerations that stand for those of other crates, value by value.
macro_rules! mirrored {
    ($($(#[$doc:meta])* $name:ident of $remote:tt { $($(#[$value:meta])* $variant:ident),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
        #[graphql(remote = $remote)]
        pub(crate) enum $name { $($(#[$value])* $variant),* }
    )*};
}

mirrored! {
    /// A processor architecture.
    Architecture of "config::unit::Architecture" {
        #[graphql(name = "X86_64")] X86_64,
        #[graphql(name = "AARCH64")] Aarch64,
        #[graphql(name = "RISCV64")] Riscv64,
        Wasm,
    }
    /// A kind of accelerator.
    AcceleratorType of "config::unit::AcceleratorType" { Gpu, Fpga, Tpu, Dpu }
    /// A kind of work.
    WorkloadType of "config::unit::WorkloadType" { Persistent, Ephemeral, Batch, Interactive }
    /// What a workload needs most.
    WorkloadProfile of "config::unit::WorkloadProfile" {
        CpuIntensive, MemoryIntensive, IoIntensive, GpuCompute, Realtime,
    }
    /// How a rule of placement is meant.
    AffinityType of "config::unit::AffinityType" { Required, Preferred, Anti }
    /// How far a rule of placement reaches.
    AffinityScope of "config::unit::AffinityScope" { Host, Rack, Zone, Region }
    /// How a health check tries.
    HealthCheckType of "config::unit::HealthCheckType" { Http, Tcp, Script }
    /// What keeps a unit apart.
    IsolationType of "config::unit::IsolationType" { Vm, Container, Firecracker, Kata, Wasm }
    /// How far a unit is secured.
    SecurityLevel of "config::unit::SecurityLevel" { Standard, Hardened, Confidential }
    /// How a unit may move.
    MigrationType of "config::unit::Migration" { None, Cold, Live }
    /// Whether something works.
    HealthStatus of "view::Health" { Healthy, Degraded, Unhealthy, Unknown }
    /// Who wins when somebody changed what was declared.
    DriftPolicy of "model::DriftPolicy" { Revert, Report, Adopt }
    /// What kind of thing happened.
    EventType of "store::EventType" {
        ComputeCreated, ComputeUpdated, ComputeDeleted, ComputeStateChanged, StorageTierChanged, NodeJoined, NodeLeft,
        ConsensusLeaderChanged, CapabilityGranted, CapabilityRevoked, BackupStarted, BackupCompleted, BackupFailed,
    }
    /// How bad an event is.
    EventSeverity of "store::Severity" { Info, Warning, Error, Critical }
}

/// Whether a unit runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "view::State")]
pub(crate) enum ComputeState {
    /// Declared and not there yet.
    Pending,
    /// Being made.
    Creating,
    /// Being started again and again by its engine.
    Starting,
    /// It runs.
    Running,
    /// Suspended in memory.
    Paused,
    /// On its way down.
    Stopping,
    /// Off.
    Stopped,
    /// Ended by a fault.
    Failed,
    /// Not to be seen: its backend does not answer.
    Unknown,
}

/// Who declared a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum Origin {
    /// A Nix file: the API cannot change what it says.
    Nix,
    /// The API.
    Api,
}
