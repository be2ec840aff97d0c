//! A unit once nothing is left to compose: every option has its final value, parsed.
//!
//! One file a subject. Fields of the unit itself have no defaults here: they come from the manifest's
//! `unitDefaults`. Elements of lists, and sets that are null by default, do have them, because tags and policies
//! can write those without the option system filling them in.

mod boot;
mod cloud_init;
mod container;
mod features;
mod image;
mod lifecycle;
mod network;
mod placement;
mod resources;
mod storage;
mod text;
mod workload;

use std::collections::BTreeMap;

use model::{DeletionPolicy, DriftPolicy, OnChange, Power, Span};
use serde::Deserialize;

pub use boot::{Boot, Console, Cpu, FirmwareKind, Graphics, GraphicsKind};
pub use cloud_init::CloudInit;
pub use container::{Container, ContainerVolume, PublishedPort, Restart};
pub use features::{Features, Isolation, IsolationType, Migration, Persistence, SecurityLevel};
pub use image::{CloneMode, Image, ImageFormat, Pull};
pub use lifecycle::{HealthCheckOptions, HealthCheckType, Lifecycle};
pub use network::{Link, Nic};
pub use placement::{Affinity, AffinityScope, AffinityType, Placement, Spread};
pub use resources::{Accelerator, AcceleratorType, Architecture, Compute, Memory, Resources};
pub use storage::{Bus, Filesystem, Performance, Storage};
pub(crate) use text::text_map;
pub use text::{Protocol, Size, Throughput};
pub use workload::{Sla, Workload, WorkloadProfile, WorkloadType};

/// A unit.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Unit {
    /// Its UUID; derived from the name where empty.
    pub uuid: String,
    /// What it is for.
    pub description: String,
    /// Labels.
    #[serde(deserialize_with = "text_map")]
    pub labels: BTreeMap<String, String>,
    /// Its own tags.
    pub tags: Vec<String>,
    /// Its policies.
    pub policies: Vec<String>,
    /// Units that have to run before it.
    pub depends_on: Vec<String>,
    /// Names it had before.
    pub previous_names: Vec<String>,
    /// Whether it runs.
    pub state: Power,
    /// Whether it starts with the host.
    pub autostart: bool,
    /// Whether an object of its name that is not ours is taken over.
    pub adopt: bool,
    /// Whether it is never removed.
    pub protect: bool,
    /// What becomes of its own volumes.
    pub deletion_policy: DeletionPolicy,
    /// How long it stays stopped once its declaration is gone.
    pub prune_grace: Span,
    /// What a change may cost.
    pub update: Update,
    /// How it is stopped.
    pub shutdown: Shutdown,
    /// CPU, memory, accelerators.
    pub resources: Resources,
    /// The guest's processor.
    pub cpu: Cpu,
    /// What kind of work it does.
    pub workload: Workload,
    /// Where it may run.
    pub placement: Placement,
    /// Disks.
    pub storage: Vec<Storage>,
    /// Host directories shared with it.
    pub filesystems: Vec<Filesystem>,
    /// Interfaces.
    pub network: Vec<Nic>,
    /// Scripts and health.
    pub lifecycle: Lifecycle,
    /// Isolation and persistence.
    pub features: Features,
    /// What it is made from.
    pub image: Option<Image>,
    /// What it boots.
    pub boot: Boot,
    /// What its guest is told.
    pub cloud_init: CloudInit,
    /// What only containers have.
    pub container: Container,
    /// The serial console.
    pub console: Console,
    /// A display.
    pub graphics: Graphics,
    /// Whether it has a channel for the QEMU guest agent.
    pub guest_agent: bool,
    /// Spare slots for hot-plug.
    pub hotplug_slots: u32,
    /// Whether it has an emulated TPM.
    pub tpm: bool,
}

/// What a change may cost, and who wins over drift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Update {
    /// What a change may cost.
    pub on_change: OnChange,
    /// Who wins.
    pub drift: DriftPolicy,
}

/// How a unit is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Shutdown {
    /// How long it may take.
    pub timeout: Span,
    /// Whether its power is cut after that.
    pub force: bool,
}
