//! Errors with codes that programs can tell apart.

use async_graphql::{Error, ErrorExtensions};

use crate::ControlError;

/// The argument cannot be used.
pub(super) fn bad_input(message: impl Into<String>) -> Error {
    coded(message, "BAD_USER_INPUT")
}

/// There is no such thing.
pub(super) fn not_found(message: impl Into<String>) -> Error {
    coded(message, "NOT_FOUND")
}

/// The reader was too slow, and what it missed is not told again.
pub(super) fn resync(missed: u64) -> Error {
    coded(format!("{missed} changes came faster than they were read: query, and subscribe again"), "RESYNC")
}

/// The daemon cannot answer.
pub(super) fn failed(error: &ControlError) -> Error {
    let code = match error {
        ControlError::Events(_) => "INTERNAL",
        ControlError::Stopping => "UNAVAILABLE",
    };
    tracing::warn!(error = error as &(dyn std::error::Error + 'static), "a query failed");
    coded(error.to_string(), code)
}

fn coded(message: impl Into<String>, code: &'static str) -> Error {
    Error::new(message).extend_with(|_, extensions| extensions.set("code", code))
}
