//! The backends behind one small trait: [`Driver::observe`] reads, [`Driver::execute`] does one step.
//!
//! ```text
//!            ┌── libvirt: domains, networks, pools, volumes
//!   Driver ──┼── docker:  containers, networks, volumes, images
//!            ├── host:    disk images, cloud-init seeds, files
//!            └── fake:    all of them in memory, with faults on demand, for tests
//! ```
//!
//! A driver decides nothing: what to do, with which names and identities, is in the step.

pub mod backends;
mod calls;
mod contract;
pub mod docker;
mod error;
pub mod fake;
mod fault;
pub mod host;
pub mod libvirt;
mod notice;

pub use backends::Backends;
pub use calls::{CallCount, Calls};
pub use contract::{Driver, Finding, IsUsed, Observation, ObserveRequest, OnProgress, Outcome, Severity};
pub use error::{BackendError, ObserveError, StepError};
pub use fault::chain;
pub use notice::{Notice, Notices, Teller, notices};
