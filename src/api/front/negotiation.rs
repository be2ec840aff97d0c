//! In which form the answer is given.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;

/// A form of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// The specification's own: the status says whether the request was understood.
    GraphQl,
    /// The older one, whose status is 200 even where it was not, for clients that look no further.
    Json,
}

impl Form {
    /// The form that the client likes best, of those we have; `None` where it likes neither.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let accepted: Vec<_> = accepted(headers);
        if accepted.is_empty() {
            return Some(Self::Json);
        }
        let form = |kind: &str| match kind {
            "application/graphql-response+json" => Some(Self::GraphQl),
            "application/json" | "application/*" | "*/*" => Some(Self::Json),
            _ => None,
        };
        let known = accepted.iter().filter_map(|(kind, quality)| Some((form(kind)?, *quality)));
        let liked = known.filter(|(_, quality)| *quality > 0);
        liked.rev().max_by_key(|(_, quality)| *quality).map(|(form, _)| form)
    }

    /// The status for a request that was refused with `status`.
    pub(super) fn status(self, status: StatusCode) -> StatusCode {
        match self {
            // What concerns HTTP and not the GraphQL in it is said in both forms.
            Self::Json if status == StatusCode::BAD_REQUEST => StatusCode::OK,
            Self::Json | Self::GraphQl => status,
        }
    }

    /// The answer.
    pub(super) fn response(self, status: StatusCode, document: &Value) -> Response {
        let kind = match self {
            Self::GraphQl => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        };
        let mut response = (status, document.to_string()).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response
    }
}

/// Whether the client is a browser that wants to show something.
pub(super) fn wants_page(headers: &HeaderMap) -> bool {
    accepted(headers).first().is_some_and(|(kind, _)| kind == "text/html")
}

/// The media types that are accepted, with their quality in thousandths, in the order given.
fn accepted(headers: &HeaderMap) -> Vec<(String, u32)> {
    let texts = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges = texts.flat_map(|text| text.split(',')).map(str::trim).filter(|range| !range.is_empty());
    ranges
        .map(|range| {
            let mut parts = range.split(';').map(str::trim);
            let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
            let quality = parts.find_map(|part| part.strip_prefix("q=")).and_then(|q| q.parse::<f32>().ok());
            let thousandths = quality.map_or(1000, |quality| (quality.clamp(0.0, 1.0) * 1000.0) as u32);
            (kind, thousandths)
        })
        .collect()
}
