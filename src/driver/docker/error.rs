//! What can go wrong between us and the engine.

use std::{error::Error as _, io, time::Duration};

use bollard::errors::Error;

use crate::{ObserveError, fault::Fault};
use model::Backend;

/// A call to the engine failed.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// Nobody listens at the endpoint.
    #[error(
        "no container engine answers at {endpoint}: start it (`systemctl start docker`), or name another with DOCKER_HOST"
    )]
    NotRunning {
        /// The socket or address.
        endpoint: String,
        /// What connecting said.
        source: Error,
    },
    /// The endpoint is there, but not for us.
    #[error("{endpoint} may not be opened by this user: run as root, or join the group `docker`")]
    Denied {
        /// The socket.
        endpoint: String,
        /// What connecting said.
        source: Error,
    },
    /// The endpoint is of a form that we do not speak.
    #[error(
        "`{endpoint}` is not an endpoint we can speak to: expected unix:///PATH, tcp://HOST:PORT or https://HOST:PORT"
    )]
    Endpoint {
        /// What was given.
        endpoint: String,
        /// What was wrong with it.
        source: Error,
    },
    /// The engine did not answer in time.
    #[error("no answer to {what} within {deadline:?}")]
    Deadline {
        /// What was asked.
        what: String,
        /// How long we waited.
        deadline: Duration,
    },
    /// The engine said no.
    #[error("{message}")]
    Answer {
        /// The HTTP status.
        status: u16,
        /// The engine's words.
        message: String,
    },
    /// The connection broke, or the answer cannot be read.
    #[error("lost the answer to {what}")]
    Lost {
        /// What was asked.
        what: String,
        /// What broke.
        source: Error,
    },
    /// The engine stopped telling of its events.
    #[error("the engine ended the connection: it stops or restarts")]
    Gone,
}

impl EngineError {
    /// Sorts an error of the client's.
    pub(crate) fn of(source: Error, what: &str, endpoint: &str, deadline: Duration) -> Self {
        let (what, endpoint) = (what.to_owned(), endpoint.to_owned());
        match source {
            Error::DockerResponseServerError { status_code, message } => Self::Answer { status: status_code, message },
            Error::DockerStreamError { error } => Self::Answer { status: 500, message: error },
            Error::RequestTimeoutError => Self::Deadline { what, deadline },
            Error::SocketNotFoundError(_) => Self::NotRunning { endpoint, source },
            Error::UnsupportedURISchemeError { .. } | Error::URLParseError { .. } | Error::InvalidURIError { .. } => {
                Self::Endpoint { endpoint, source }
            }
            _ => match connect_failure(&source) {
                Some(io::ErrorKind::PermissionDenied) => Self::Denied { endpoint, source },
                Some(_) => Self::NotRunning { endpoint, source },
                None => Self::Lost { what, source },
            },
        }
    }

    /// Whether the engine says that there is no such object.
    pub(crate) const fn is_missing(&self) -> bool {
        matches!(self, Self::Answer { status: 404, .. })
    }

    /// Whether the engine refuses because of an object that is there.
    pub(crate) const fn is_conflict(&self) -> bool {
        matches!(self, Self::Answer { status: 409, .. })
    }

    /// Whether the engine says that the object is not in the state for it: it is not there, is there already, is
    /// paused. Docker has no status of its own for the last.
    pub(crate) fn is_about_state(&self) -> bool {
        matches!(self, Self::Answer { status, message }
            if matches!(status, 304 | 404 | 409) || message.contains("paused"))
    }

    /// Whether asking again may help, and does no harm for a question.
    pub(crate) const fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::NotRunning { .. } | Self::Lost { .. } | Self::Gone | Self::Answer { status: 502..=504, .. }
        )
    }

    /// Whether the engine has certainly not seen the request.
    pub(crate) const fn was_not_sent(&self) -> bool {
        matches!(self, Self::NotRunning { .. })
    }

    /// The failure of reading `what`.
    pub(crate) fn while_reading(self, what: &str, endpoint: &str) -> ObserveError {
        let backend = Backend::Docker;
        match self {
            Self::Deadline { deadline, .. } => ObserveError::Deadline { backend, what: what.to_owned(), deadline },
            Self::NotRunning { .. } | Self::Denied { .. } | Self::Endpoint { .. } => {
                ObserveError::Unreachable { backend, endpoint: endpoint.to_owned(), source: self.into() }
            }
            Self::Answer { .. } | Self::Lost { .. } | Self::Gone => {
                ObserveError::Read { backend, what: what.to_owned(), source: self.into() }
            }
        }
    }
}

impl From<EngineError> for Fault {
    fn from(error: EngineError) -> Self {
        match error {
            EngineError::Deadline { deadline, .. } => Self::Deadline(deadline),
            refused => Self::refused(refused),
        }
    }
}

/// The kind of IO error that kept us from connecting; `None` where the connection was made.
fn connect_failure(error: &Error) -> Option<io::ErrorKind> {
    let Error::HyperLegacyError { err } = error else { return None };
    if !err.is_connect() {
        return None;
    }
    let mut cause = err.source();
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<io::Error>() {
            return Some(io.kind());
        }
        cause = error.source();
    }
    Some(io::ErrorKind::NotConnected)
}
