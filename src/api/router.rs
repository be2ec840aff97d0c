//! Which door leads where.

use std::{sync::Arc, time::Instant};

use axum::{
    Router,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderMap, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use tokio_util::sync::CancellationToken;

use crate::{ApiMetrics, ControlPlane, Schema, front, rest};

/// The longest body that is read, in bytes.
pub(crate) const BODY_LIMIT: usize = 256 << 10;

/// What every handler works with.
#[derive(Clone)]
pub struct Doors {
    /// The daemon.
    pub control: Arc<dyn ControlPlane>,
    /// What GraphQL is answered by.
    pub schema: Schema,
    /// The API's own figures.
    pub metrics: ApiMetrics,
    /// How browsers are kept from being used against us.
    pub protection: Protection,
    /// Ends what would go on by itself, subscriptions, when the daemon ends.
    pub stop: CancellationToken,
}

/// How browsers are kept from being used against us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protection {
    /// Requests must name this host as the one they are for, and come from no other site.
    Loopback,
    /// No browser gets here.
    Socket,
}

/// The doors on the loopback interface: nothing that changes anything.
pub fn loopback(doors: Doors) -> Router {
    let doors = Doors { protection: Protection::Loopback, ..doors };
    finished(shared(), doors)
}

/// The doors on the Unix socket, whose file says who may open it.
pub fn local(doors: Doors) -> Router {
    let doors = Doors { protection: Protection::Socket, ..doors };
    let router = shared().route("/v1/status", get(rest::status)).route("/v1/reconcile", post(rest::reconcile));
    finished(router, doors)
}

fn shared() -> Router<Doors> {
    Router::new()
        .route("/graphql", get(front::get).post(front::post))
        .route("/healthz", get(rest::healthz))
        .route("/readyz", get(rest::readyz))
        .route("/metrics", get(rest::metrics))
}

fn finished(router: Router<Doors>, doors: Doors) -> Router {
    router
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(middleware::from_fn_with_state(doors.clone(), guard))
        .with_state(doors)
}

async fn guard(State(doors): State<Doors>, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let door = match request.uri().path() {
        "/graphql" => "graphql",
        "/metrics" => "metrics",
        "/healthz" | "/readyz" => "health",
        path if path.starts_with("/v1/") => "admin",
        _ => "none",
    };
    let refusal = (doors.protection == Protection::Loopback).then(|| refusal(request.method(), request.headers()));
    let response = match refusal.flatten() {
        Some(why) => (StatusCode::FORBIDDEN, why).into_response(),
        None => next.run(request).await,
    };
    doors.metrics.answered(door, response.status().as_u16(), began.elapsed().as_secs_f64());
    response
}

/// Why a request that may come from a browser is not served: a name that an attacker made point here (DNS rebinding),
/// or a page of another site.
fn refusal(method: &Method, headers: &HeaderMap) -> Option<&'static str> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let host = text(header::HOST).unwrap_or_default();
    if !names_loopback(host) {
        return Some("this host is called 127.0.0.1, [::1] or localhost here\n");
    }
    let origin = text(header::ORIGIN);
    let foreign = origin.is_some_and(|origin| origin.strip_prefix("http://") != Some(host));
    let foreign_site = text(header::HeaderName::from_static("sec-fetch-site"))
        .is_some_and(|site| !matches!(site, "same-origin" | "none"));
    // A link to a page is no harm: what it shows, the other site cannot read.
    let navigates = *method == Method::GET && headers.get("sec-fetch-mode").is_some_and(|mode| mode == "navigate");
    (foreign || (foreign_site && !navigates)).then_some("pages of other sites are not served\n")
}

fn names_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost")
        || name.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests;
