//! The protocol's messages.

use std::fmt;

use serde::Deserialize;
use serde_json::{Value, json};

use super::Close;

/// What a client may say.
#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum FromClient {
    #[serde(rename = "connection_init")]
    Init,
    Ping,
    Pong,
    Subscribe {
        id: String,
        payload: Value,
    },
    Complete {
        id: String,
    },
}

/// What we say.
#[derive(Debug)]
pub(super) enum ToClient {
    Acknowledge,
    Ping,
    Pong,
    Next { id: String, payload: Value },
    Error { id: String, errors: Value },
    Complete { id: String },
}

impl FromClient {
    /// Reads a message; one that is none closes the socket.
    pub(super) fn read(text: &str) -> Result<Self, Close> {
        let message: Self =
            serde_json::from_str(text).map_err(|_| Close(4400, "Invalid message received".to_owned()))?;
        match &message {
            Self::Subscribe { id, .. } | Self::Complete { id } if id.is_empty() || id.len() > 256 => {
                Err(Close(4400, "an id has 1 to 256 bytes".to_owned()))
            }
            _ => Ok(message),
        }
    }
}

impl fmt::Display for ToClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Acknowledge => json!({ "type": "connection_ack" }),
            Self::Ping => json!({ "type": "ping" }),
            Self::Pong => json!({ "type": "pong" }),
            Self::Next { id, payload } => json!({ "type": "next", "id": id, "payload": payload }),
            Self::Error { id, errors } => json!({ "type": "error", "id": id, "payload": errors }),
            Self::Complete { id } => json!({ "type": "complete", "id": id }),
        }
        .fmt(f)
    }
}
