//! What a host holds.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Address, Backend, Bytes, DeletionPolicy, Fingerprint, OwnerId, Spec};

/// What was found on the host's backends at one time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Observed {
    /// Every object, ours or not.
    pub resources: BTreeMap<Address, ObservedResource>,
    /// The host itself.
    pub host: HostFacts,
    /// When it was read. Plans depend on it only through prune graces.
    #[serde(default)]
    pub at: Timestamp,
    /// Backends that could not be read, each with why; their resources are absent above.
    #[serde(default)]
    pub unreachable: BTreeMap<Backend, String>,
}

/// An object of a backend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ObservedResource {
    /// Whose it is.
    pub ownership: Ownership,
    /// What it is.
    pub seen: Seen,
    /// Whether it runs; [`PowerState::Off`] for what cannot.
    pub power: PowerState,
    /// Hashes of what was read.
    pub fingerprint: Fingerprint,
    /// What only domains have.
    #[serde(default)]
    pub domain: Option<Domain>,
    /// Objects that are not ours but use this one: then it is never removed.
    #[serde(default)]
    pub foreign_users: BTreeSet<String>,
}

/// How much of an object was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::large_enum_variant, reason = "the large variant is the common one where size matters not")]
pub enum Seen {
    /// Its fingerprints are those of the last apply, so it was not parsed.
    Unchanged,
    /// It was parsed.
    Parsed {
        /// The configuration that the next start uses.
        config: Spec,
        /// The running state, where it runs and differs in form from the configuration (domains).
        live: Option<Spec>,
    },
}

/// Whose an object is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Ownership {
    /// It carries our mark.
    Ours {
        /// The hash of the specification that was applied, where the mark says it.
        spec: Option<String>,
        /// Whether it was protected when it was applied.
        protect: bool,
        /// What was to become of its data.
        deletion: DeletionPolicy,
    },
    /// It carries the mark of another instance of this program.
    OtherOwner(OwnerId),
    /// It carries no mark.
    Unmanaged,
}

/// Whether an object runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PowerState {
    /// It does not run.
    #[default]
    Off,
    /// It runs, or is active.
    Running,
    /// It is suspended in memory.
    Paused,
    /// It is on its way down.
    Stopping,
    /// It ended by a fault.
    Crashed,
    /// It ended by itself, with success: a container that is not to run again.
    Finished,
    /// Its engine restarts it again and again.
    Restarting,
}

/// What only a domain has.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Domain {
    /// Its saved memory will be restored at the next start, with the configuration of then.
    pub managed_save: bool,
    /// How many snapshots libvirt knows of it.
    pub snapshots: u32,
    /// Disks, by name, whose source is an overlay over the declared volume: the source is kept.
    pub overlays: BTreeMap<String, String>,
    /// Whether it is transient (it has no configuration that survives its stop).
    pub transient: bool,
    /// The free PCIe root ports it has for hot-plug.
    pub free_slots: u32,
    /// When it was started, where the backend tells.
    pub started: Option<Timestamp>,
}

/// The host itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct HostFacts {
    /// The machine's architecture: `x86_64`, `aarch64`, `riscv64`.
    pub arch: String,
    /// Its logical CPUs.
    pub cpus: u32,
    /// Its memory.
    pub memory: Bytes,
    /// Architectures whose guests KVM runs; empty where KVM does not run a guest.
    pub kvm: BTreeSet<String>,
    /// Architectures that QEMU emulates here.
    pub emulated: BTreeSet<String>,
    /// Machine versions by `arch/alias`: `x86_64/q35` → `pc-q35-7.2`.
    pub machines: BTreeMap<String, String>,
    /// OCI runtimes the container engine knows.
    pub runtimes: BTreeSet<String>,
    /// libvirt's version, `9.0.0`.
    pub libvirt: Option<String>,
    /// The container engine's version.
    pub engine: Option<String>,
}
