//! What commands need of a running unit beyond what plans are made from: addresses, output, a terminal.
//! Read only, save for what a person types into a guest.

pub mod container;
pub mod domain;
pub mod follow;

use jiff::Timestamp;

/// What a running unit shows beside its specification.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sight {
    /// Its addresses on its networks, in the order of its interfaces.
    pub addresses: Vec<String>,
    /// Ports of the host that lead to it: `0.0.0.0:8080->80/tcp`.
    pub ports: Vec<String>,
    /// When it was started.
    pub started: Option<Timestamp>,
    /// What the engine's own health check says.
    pub health: Option<&'static str>,
}
