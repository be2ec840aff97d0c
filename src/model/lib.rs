//! The vocabulary of the product: what a host should hold, what it holds, and what we last made of it.
//!
//! ```text
//!   Desired ──┐                 every resource is an Address (kind/name)
//!   Observed ─┼─► plan          and a Spec; a Spec flattens to Fields,
//!   Applied ──┘                 the leaves that the three-way diff compares
//! ```
//!
//! Nothing here does IO, reads a clock or knows XML, Docker's API or Nix. Construction validates:
//! a value of one of these types is well formed.

mod address;
mod applied;
mod bytes;
mod contents;
mod desired;
mod fields;
mod identity;
mod name;
mod observed;
mod shares;
mod source;
mod span;
pub mod spec;

pub use address::{Address, Backend, Kind, ParseAddressError};
pub use applied::{Applied, AppliedRow, Fingerprint, Gate, Previous};
pub use bytes::{Bytes, ParseBytesError};
pub use contents::Contents;
pub use desired::{
    DeletionPolicy, Desired, DriftPolicy, HealthCheck, HealthProbe, Hooks, Note, OnChange, Origin, Policy, Power,
    Resource, Shutdown,
};
pub use fields::{FieldPath, Fields};
pub use identity::{OwnerId, mac_for, uuid_for};
pub use name::{InvalidName, Name};
pub use observed::{Domain as DomainFacts, HostFacts, Observed, ObservedResource, Ownership, PowerState, Seen};
pub use shares::CpuShares;
pub use source::SourcePos;
pub use span::{ParseSpanError, Span};
pub use spec::Spec;
