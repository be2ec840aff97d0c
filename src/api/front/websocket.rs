//! Subscriptions: the protocol graphql-transport-ws, as graphql-ws describes it.
//!
//! ```text
//!   opened ──connection_init──► acknowledged ──subscribe──► next… ──► complete | error
//!     │ nothing for 3 s: 4408        │ complete: the stream ends        one task an operation,
//!     │ subscribe: 4401              │ a second init: 4429              a bounded queue to the socket
//! ```

mod message;

use std::{collections::HashMap, time::Duration};

use async_graphql::Response as Answer;
use axum::{
    extract::{
        WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket},
    },
    response::{IntoResponse, Response},
};
use futures::{SinkExt, StreamExt, stream::SplitSink};
use serde_json::{Value, json};
use tokio::{sync::mpsc, task::AbortHandle, time::Instant};

use super::{is_request_error, request, request::shorten};
use crate::Doors;
use message::{FromClient, ToClient};

/// The protocol's name.
const PROTOCOL: &str = "graphql-transport-ws";
/// How long a client may take to begin.
const INIT_PATIENCE: Duration = Duration::from_secs(3);
/// How long a client may be silent before it is asked whether it lives, and again before it is given up.
const SILENCE: Duration = Duration::from_secs(30);
/// Operations under way on one socket.
const MOST_STREAMS: usize = 32;
/// Answers that wait for the socket; streams wait then.
const BACKLOG: usize = 64;
/// The longest message that is read, in bytes.
const LONGEST: usize = 256 << 10;

/// Why a socket is closed: a code of the protocol and words, at most 123 bytes of them.
#[derive(Debug)]
struct Close(u16, String);

/// Answers the request for a socket.
pub(super) fn open(upgrade: WebSocketUpgrade, doors: Doors) -> Response {
    let upgrade = upgrade.max_message_size(LONGEST).max_frame_size(LONGEST).protocols([PROTOCOL]);
    let speaks_it = upgrade.selected_protocol().is_some();
    upgrade
        .on_upgrade(move |socket| async move {
            let (mut sender, receiver) = socket.split();
            let close = if speaks_it {
                let (queue, answers) = mpsc::channel(BACKLOG);
                let connection = Connection { doors, queue, streams: HashMap::new(), is_acknowledged: false };
                connection.serve(receiver, &mut sender, answers).await
            } else {
                Some(Close(4406, "Subprotocol not acceptable".to_owned()))
            };
            if let Some(Close(code, reason)) = close {
                let frame = Message::Close(Some(CloseFrame { code, reason: reason.into() }));
                if let Err(error) = sender.send(frame).await {
                    tracing::debug!(%error, "the client went before it was told why");
                }
            }
        })
        .into_response()
}

/// One socket.
struct Connection {
    doors: Doors,
    queue: mpsc::Sender<ToClient>,
    streams: HashMap<String, AbortHandle>,
    is_acknowledged: bool,
}

impl Connection {
    /// Serves until the client goes (`None`) or is sent away.
    async fn serve(
        mut self,
        mut receiver: futures::stream::SplitStream<WebSocket>,
        sender: &mut SplitSink<WebSocket, Message>,
        mut answers: mpsc::Receiver<ToClient>,
    ) -> Option<Close> {
        let stop = self.doors.stop.clone();
        let mut due = Instant::now() + INIT_PATIENCE;
        let mut was_asked = false;
        loop {
            tokio::select! {
                () = stop.cancelled() => return Some(Close(1001, "the daemon is stopping".to_owned())),
                message = receiver.next() => {
                    if self.is_acknowledged {
                        (due, was_asked) = (Instant::now() + SILENCE, false);
                    }
                    let outcome = match message {
                        Some(Ok(Message::Text(text))) => self.hear(text.as_str()),
                        Some(Ok(Message::Binary(_))) => Err(Close(4400, "expected text, not bytes".to_owned())),
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
                        Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                    };
                    match outcome {
                        Ok(None) => {}
                        Ok(Some(answer)) => say(sender, &answer).await?,
                        Err(close) => return Some(close),
                    }
                }
                Some(answer) = answers.recv() => {
                    if let ToClient::Complete { id } | ToClient::Error { id, .. } = &answer {
                        // A client that completed it meanwhile does not hear of it any more.
                        if self.streams.remove(id).is_none() {
                            continue;
                        }
                    }
                    say(sender, &answer).await?;
                }
                () = tokio::time::sleep_until(due) => {
                    if !self.is_acknowledged {
                        return Some(Close(4408, "Connection initialisation timeout".to_owned()));
                    }
                    if was_asked {
                        return Some(Close(1001, "no sign of life".to_owned()));
                    }
                    say(sender, &ToClient::Ping).await?;
                    (due, was_asked) = (Instant::now() + SILENCE, true);
                }
            }
        }
    }

    /// What a message leads to: an answer at once, or the end.
    fn hear(&mut self, text: &str) -> Result<Option<ToClient>, Close> {
        match FromClient::read(text)? {
            FromClient::Init if self.is_acknowledged => Err(Close(4429, "Too many initialisation requests".to_owned())),
            FromClient::Init => {
                self.is_acknowledged = true;
                Ok(Some(ToClient::Acknowledge))
            }
            FromClient::Ping => Ok(Some(ToClient::Pong)),
            FromClient::Pong => Ok(None),
            FromClient::Complete { id } => {
                if let Some(stream) = self.streams.remove(&id) {
                    stream.abort();
                }
                Ok(None)
            }
            FromClient::Subscribe { .. } if !self.is_acknowledged => Err(Close(4401, "Unauthorized".to_owned())),
            FromClient::Subscribe { id, payload } => self.subscribe(id, payload),
        }
    }

    fn subscribe(&mut self, id: String, payload: Value) -> Result<Option<ToClient>, Close> {
        if self.streams.contains_key(&id) {
            let shown: String = id.chars().take(40).collect();
            return Err(Close(4409, format!("Subscriber for {shown} already exists")));
        }
        if self.streams.len() >= MOST_STREAMS {
            let message = format!("at most {MOST_STREAMS} operations at a time on one connection");
            let errors = json!([{ "message": message, "extensions": { "code": "TOO_MANY_STREAMS" } }]);
            return Ok(Some(ToClient::Error { id, errors }));
        }
        let request = match request::of_payload(payload) {
            Ok(request) => request,
            Err(refusal) => {
                let errors = refusal.document()["errors"].take();
                return Ok(Some(ToClient::Error { id, errors }));
            }
        };
        let (doors, queue, named) = (self.doors.clone(), self.queue.clone(), id.clone());
        let task = tokio::spawn(async move {
            let _counted = doors.metrics.subscribed();
            let mut answers = doors.schema.execute_stream(request);
            while let Some(answer) = answers.next().await {
                let message = told(&named, &answer);
                let is_last = matches!(message, ToClient::Error { .. });
                if queue.send(message).await.is_err() || is_last {
                    return;
                }
            }
            if queue.send(ToClient::Complete { id: named }).await.is_err() {
                tracing::trace!("the client went before the stream ended");
            }
        });
        self.streams.insert(id, task.abort_handle());
        Ok(None)
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.streams.values().for_each(AbortHandle::abort);
    }
}

fn told(id: &str, answer: &Answer) -> ToClient {
    let mut document = serde_json::to_value(answer).unwrap_or_default();
    shorten(&mut document);
    if is_request_error(answer) {
        ToClient::Error { id: id.to_owned(), errors: document["errors"].take() }
    } else {
        ToClient::Next { id: id.to_owned(), payload: document }
    }
}

/// Sends a message; `None` where the client is gone.
async fn say(sender: &mut SplitSink<WebSocket, Message>, message: &ToClient) -> Option<()> {
    sender.send(Message::Text(message.to_string().into())).await.ok()
}

#[cfg(test)]
mod tests;
