//! An event.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Cursor;

/// Something that happened, with its place in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its place.
    pub cursor: Cursor,
    /// What happened.
    pub what: NewEvent,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewEvent {
    /// When.
    pub at: Timestamp,
    /// What kind of thing.
    #[serde(rename = "type")]
    pub kind: EventType,
    /// How bad it is.
    pub severity: Severity,
    /// About what: a unit's name.
    pub source: String,
    /// A sentence.
    pub message: String,
    /// What programs may want to know besides.
    #[serde(default)]
    pub metadata: Map<String, Value>,
}

/// What kind of thing happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventType {
    /// A unit came to be.
    ComputeCreated,
    /// A unit differs from its declaration, or was changed.
    ComputeUpdated,
    /// A unit is no more.
    ComputeDeleted,
    /// A unit was started, stopped, paused, or failed.
    ComputeStateChanged,
    /// A storage tier changed.
    StorageTierChanged,
    /// A node joined the mesh.
    NodeJoined,
    /// A node left the mesh.
    NodeLeft,
    /// The mesh has another leader.
    ConsensusLeaderChanged,
    /// A capability was granted.
    CapabilityGranted,
    /// A capability was revoked.
    CapabilityRevoked,
    /// A backup began.
    BackupStarted,
    /// A backup ended well.
    BackupCompleted,
    /// A backup failed.
    BackupFailed,
}

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// As it should be.
    Info,
    /// Worth a look.
    Warning,
    /// Something does not work.
    Error,
    /// Much does not work.
    Critical,
}
