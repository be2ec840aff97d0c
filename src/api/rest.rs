//! Health, figures, and what this host's administrator may ask.

use axum::{
    Json,
    body::{Body, Bytes},
    extract::{State, rejection::JsonRejection},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::StreamExt;
use model::Backend;
use serde_json::json;
use tokio_stream::wrappers::ReceiverStream;

use crate::{
    Doors, ReconcileRequest,
    view::{BackendState, Phase},
};

/// Whether the process is alive: that it answers is the answer.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// Whether it has read everything and every backend that it needs answers.
pub(crate) async fn readyz(State(doors): State<Doors>) -> Response {
    let status = doors.control.status();
    let down: Vec<(&Backend, &str)> = status
        .backends
        .iter()
        .filter_map(|(backend, state)| match state {
            BackendState::Up { .. } => None,
            BackendState::Connecting => Some((backend, "it is being connected to")),
            BackendState::Down { reason, .. } => Some((backend, reason.as_str())),
        })
        .collect();
    match (status.phase, down.as_slice()) {
        (Phase::Ready, []) => "ready\n".into_response(),
        (Phase::Ready, down) => {
            let lines: String = down.iter().map(|(backend, why)| format!("{backend}: {why}\n")).collect();
            (StatusCode::SERVICE_UNAVAILABLE, lines).into_response()
        }
        (Phase::Starting, _) => (StatusCode::SERVICE_UNAVAILABLE, "starting\n").into_response(),
        (Phase::Stopping | Phase::HostStopping, _) => (StatusCode::SERVICE_UNAVAILABLE, "stopping\n").into_response(),
    }
}

/// The figures for Prometheus.
pub(crate) async fn metrics(State(doors): State<Doors>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], doors.control.metrics()).into_response()
}

/// What the daemon is at.
pub(crate) async fn status(State(doors): State<Doors>) -> Response {
    Json(doors.control.status()).into_response()
}

/// Makes the host match a manifest. The answer is lines of JSON, each when it happens.
pub(crate) async fn reconcile(
    State(doors): State<Doors>,
    request: Result<Json<ReconcileRequest>, JsonRejection>,
) -> Response {
    let request = match request {
        Ok(Json(request)) if request.manifest.is_absolute() => request,
        Ok(_) => return refused("`manifest` is relative: expected the absolute path of a manifest"),
        Err(rejection) => return refused(&rejection.body_text()),
    };
    let lines = ReceiverStream::new(doors.control.reconcile(request).await);
    let lines = lines.map(|line| Ok::<_, std::convert::Infallible>(Bytes::from(format!("{line}\n"))));
    ([(header::CONTENT_TYPE, "application/jsonl")], Body::from_stream(lines)).into_response()
}

fn refused(message: &str) -> Response {
    let error = json!({ "error": { "code": "hypernix::usage", "message": message } });
    (StatusCode::BAD_REQUEST, Json(error)).into_response()
}
