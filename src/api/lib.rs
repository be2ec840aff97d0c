//! The daemon's doors. What they show and ask for goes through one trait, [`ControlPlane`]; everything here is an
//! adapter from a protocol to it.
//!
//! ```text
//!   loopback ─┬─ /graphql             front: HTTP and WebSocket ─► graphql: one file a resource ─┐
//!             ├─ /healthz /readyz     rest                                                       ├─► ControlPlane
//!             └─ /metrics                                                                        │
//!   socket ───┴─ all of these, and /v1/status, /v1/reconcile for this host's administrator ──────┘
//! ```

mod control;
pub mod view;

mod front;
mod graphql;
mod metrics;
mod rest;
mod router;
#[cfg(test)]
mod testing;

pub use control::{ControlError, ControlPlane, ReconcileRequest};
pub use graphql::{Schema, schema};
pub use metrics::ApiMetrics;
pub use router::{Doors, Protection, local, loopback};
