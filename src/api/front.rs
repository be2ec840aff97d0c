//! GraphQL over HTTP, as its specification says and async-graphql's own adapter does not: which status goes with
//! which error, what a GET may do, what is answered in which form. And the limits that make a request cheap to refuse.
//!
//! ```text
//!   bytes ─► lexical: length, depth ─► parse ─► expansion: what fragments come to ─► validate ─► execute
//! ```

mod expansion;
mod lexical;
mod negotiation;
mod page;
mod request;
mod websocket;

use async_graphql::{Request, Response as Answer};
use axum::{
    body::Bytes,
    extract::{FromRequestParts, RawQuery, State, WebSocketUpgrade},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};

use crate::Doors;
use negotiation::Form;
use request::Refusal;

/// How long a request may take.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// Answers a GET: a socket, a page for a person, or a query in the URL.
pub(crate) async fn get(
    State(doors): State<Doors>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    Upgrade(upgrade): Upgrade,
) -> Response {
    if let Some(upgrade) = upgrade {
        return websocket::open(upgrade, doors);
    }
    let query = query.unwrap_or_default();
    if query.is_empty() && negotiation::wants_page(&headers) {
        return page::page();
    }
    let Some(form) = Form::of(&headers) else { return not_acceptable() };
    match request::of_url(&query) {
        Ok(request) => answer(&doors, request, form).await,
        Err(refusal) => refused(form, &refusal),
    }
}

/// Answers a POST.
pub(crate) async fn post(
    State(doors): State<Doors>,
    headers: HeaderMap,
    body: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Response {
    let Some(form) = Form::of(&headers) else { return not_acceptable() };
    let request = match body {
        Ok(body) => request::of_body(&headers, &body),
        Err(rejection) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => Err(Refusal {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            code: "PAYLOAD_TOO_LARGE",
            message: format!("the body is longer than {} bytes", crate::router::BODY_LIMIT),
        }),
        Err(rejection) => Err(Refusal::bad(rejection.body_text())),
    };
    match request {
        Ok(request) => answer(&doors, request, form).await,
        Err(refusal) => refused(form, &refusal),
    }
}

async fn answer(doors: &Doors, request: Request, form: Form) -> Response {
    match tokio::time::timeout(PATIENCE, doors.schema.execute(request)).await {
        Ok(answer) => written(form, &answer),
        Err(_) => {
            let refusal = Refusal {
                status: StatusCode::GATEWAY_TIMEOUT,
                code: "TIMEOUT",
                message: format!("no answer within {PATIENCE:?}"),
            };
            refused(form, &refusal)
        }
    }
}

/// Whether the request itself was wrong: then nothing was executed, and there is no data, not even `null`.
fn is_request_error(answer: &Answer) -> bool {
    let has_data = answer.data != async_graphql::Value::Null;
    !answer.errors.is_empty() && !has_data && answer.errors.iter().all(|error| error.path.is_empty())
}

fn written(form: Form, answer: &Answer) -> Response {
    let is_refused = is_request_error(answer);
    let mut document = serde_json::to_value(answer).unwrap_or_default();
    if let (true, Some(members)) = (is_refused, document.as_object_mut()) {
        members.remove("data");
    }
    request::shorten(&mut document);
    let status = if is_refused { form.status(StatusCode::BAD_REQUEST) } else { StatusCode::OK };
    form.response(status, &document)
}

fn refused(form: Form, refusal: &Refusal) -> Response {
    let mut response = form.response(form.status(refusal.status), &refusal.document());
    if refusal.status == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    response
}

fn not_acceptable() -> Response {
    let forms = "application/graphql-response+json or application/json";
    (StatusCode::NOT_ACCEPTABLE, format!("the answer can be had as {forms}\n")).into_response()
}

/// The request for a socket, where it is one.
pub(crate) struct Upgrade(Option<WebSocketUpgrade>);

impl<S: Send + Sync> FromRequestParts<S> for Upgrade {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(WebSocketUpgrade::from_request_parts(parts, state).await.ok()))
    }
}

#[cfg(test)]
mod tests;
