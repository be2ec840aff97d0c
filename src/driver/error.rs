//! What can go wrong with a backend.

use std::time::Duration;

use model::{Address, Backend};

/// A backend's own error, boxed: each driver has its own kind.
pub type BackendError = Box<dyn std::error::Error + Send + Sync>;

/// Reading a backend failed.
#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    /// It cannot be reached.
    #[error("cannot reach {backend} at {endpoint}")]
    Unreachable {
        /// Which.
        backend: Backend,
        /// The URI or socket.
        endpoint: String,
        /// The backend's words.
        source: BackendError,
    },
    /// It did not answer in time.
    #[error("{backend} did not answer within {deadline:?} while reading {what}")]
    Deadline {
        /// Which.
        backend: Backend,
        /// What was being read.
        what: String,
        /// How long we waited.
        deadline: Duration,
    },
    /// It refused to tell, or told something that we cannot read.
    #[error("cannot read {what} from {backend}")]
    Read {
        /// Which.
        backend: Backend,
        /// What was being read.
        what: String,
        /// The backend's words.
        source: BackendError,
    },
}

/// A step failed.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// The backend refused.
    #[error("cannot {verb} {address}")]
    Refused {
        /// The step's verb.
        verb: &'static str,
        /// The step's resource.
        address: Address,
        /// The backend's words.
        source: BackendError,
    },
    /// The backend did not answer in time; what it did is not known until it is read again.
    #[error("{address} did not {verb} within {deadline:?}")]
    Deadline {
        /// The step's verb.
        verb: &'static str,
        /// The step's resource.
        address: Address,
        /// How long we waited.
        deadline: Duration,
    },
    /// The backend said yes, but shows something else.
    #[error("{address} was told to {verb}, but reads back differently: {difference}")]
    NotTaken {
        /// The step's verb.
        verb: &'static str,
        /// The step's resource.
        address: Address,
        /// What differs.
        difference: String,
    },
    /// The kind of resource cannot do this; a planner's mistake, never a user's.
    #[error("a {kind} cannot {verb}", kind = address.kind)]
    Unsupported {
        /// The step's verb.
        verb: &'static str,
        /// The step's resource.
        address: Address,
    },
}
