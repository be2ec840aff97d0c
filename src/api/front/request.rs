//! From HTTP to a request that may be executed.

use async_graphql::{
    Request, Variables,
    parser::types::{ExecutableDocument, OperationType},
};
use axum::http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{expansion, lexical};

/// The longest message that is sent back: errors quote the query.
const LONGEST_MESSAGE: usize = 1024;

/// Why a request is not executed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: StatusCode,
    pub(super) code: &'static str,
    pub(super) message: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    query: String,
    #[serde(default)]
    operation_name: Option<String>,
    #[serde(default)]
    variables: Option<Map<String, Value>>,
    /// Nothing here has a use for them; they must be an object all the same.
    #[serde(default, rename = "extensions")]
    _extensions: Option<Map<String, Value>>,
}

impl Refusal {
    /// The request is not as it must be.
    pub(super) fn bad(message: impl Into<String>) -> Self {
        Self { status: StatusCode::BAD_REQUEST, code: "BAD_REQUEST", message: message.into() }
    }

    fn invalid(message: String) -> Self {
        Self { code: "GRAPHQL_VALIDATION_FAILED", ..Self::bad(message) }
    }

    /// As GraphQL says it.
    pub(super) fn document(&self) -> Value {
        let mut document = json!({ "errors": [{ "message": self.message, "extensions": { "code": self.code } }] });
        shorten(&mut document);
        document
    }
}

/// The request in a URL: queries only.
pub(super) fn of_url(query: &str) -> Result<Request, Refusal> {
    let pairs: Vec<(String, String)> = axum::extract::Query::try_from_uri(
        &format!("/?{query}").parse().map_err(|_| Refusal::bad("the URL cannot be read"))?,
    )
    .map(|axum::extract::Query(pairs)| pairs)
    .map_err(|error| Refusal::bad(error.body_text()))?;
    let value = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
    let map = |name: &str| match value(name).filter(|text| !text.is_empty()) {
        None => Ok(None),
        Some(text) => {
            serde_json::from_str(text).map_err(|error| Refusal::bad(format!("`{name}` is not a JSON object: {error}")))
        }
    };
    let query = value("query").ok_or_else(|| Refusal::bad("there is no `query`"))?.to_owned();
    let operation_name = value("operationName").filter(|name| !name.is_empty()).map(str::to_owned);
    let (variables, _extensions) = (map("variables")?, map("extensions")?);
    let parameters = Parameters { query, operation_name, variables, _extensions };
    let (request, document) = prepared(parameters)?;
    if operation(&document, request.operation_name.as_deref()) == Some(OperationType::Query) {
        return Ok(request);
    }
    Err(Refusal {
        status: StatusCode::METHOD_NOT_ALLOWED,
        code: "METHOD_NOT_ALLOWED",
        message: "a GET can only query: send mutations by POST, subscribe through a WebSocket".to_owned(),
    })
}

/// The request in a body.
pub(super) fn of_body(headers: &HeaderMap, body: &[u8]) -> Result<Request, Refusal> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut parts = kind.split(';').map(|part| part.trim().to_ascii_lowercase());
    let is_json = parts.next().is_some_and(|kind| kind == "application/json");
    let charset = parts.find_map(|part| part.strip_prefix("charset=").map(|set| set.trim_matches('"').to_owned()));
    if !is_json || charset.is_some_and(|charset| charset != "utf-8") {
        return Err(Refusal {
            status: StatusCode::UNSUPPORTED_MEDIA_TYPE,
            code: "UNSUPPORTED_MEDIA_TYPE",
            message: format!("the body is `{kind}`: expected application/json in UTF-8"),
        });
    }
    let parameters = serde_json::from_slice(body).map_err(|error| match error.classify() {
        serde_json::error::Category::Data => Refusal::bad(format!("the body is not a request: {error}")),
        _ => Refusal::bad(format!("the body is not JSON: {error}")),
    })?;
    let (request, document) = prepared(parameters)?;
    match operation(&document, request.operation_name.as_deref()) {
        Some(OperationType::Subscription) => {
            Err(Refusal::invalid("subscribe through a WebSocket: its sub-protocol is graphql-transport-ws".to_owned()))
        }
        _ => Ok(request),
    }
}

/// The request in a message of a socket.
pub(super) fn of_payload(payload: Value) -> Result<Request, Refusal> {
    let parameters: Parameters =
        serde_json::from_value(payload).map_err(|error| Refusal::bad(format!("the payload is no request: {error}")))?;
    prepared(parameters).map(|(request, _)| request)
}

/// Parses the document, where its form is no attack.
fn prepared(parameters: Parameters) -> Result<(Request, ExecutableDocument), Refusal> {
    let Parameters { query, operation_name, variables, _extensions: _ } = parameters;
    if let Some(objection) = lexical::objection(&query) {
        return Err(Refusal { code: "QUERY_TOO_LARGE", ..Refusal::bad(objection) });
    }
    let document = async_graphql::parser::parse_query(&query)
        .map_err(|error| Refusal { code: "GRAPHQL_PARSE_FAILED", ..Refusal::bad(error.to_string()) })?;
    if let Some(objection) = expansion::objection(&document) {
        return Err(Refusal { code: "QUERY_TOO_LARGE", ..Refusal::bad(objection) });
    }
    if operation(&document, operation_name.as_deref()).is_none() {
        return Err(Refusal::invalid(match operation_name {
            Some(name) => format!("the document has no operation `{name}`"),
            None => "the document has several operations: `operationName` must name one".to_owned(),
        }));
    }
    let mut request = Request::new(query).variables(Variables::from_json(variables.unwrap_or_default().into()));
    request.operation_name = operation_name;
    request.set_parsed_query(document.clone());
    Ok((request, document))
}

/// What the chosen operation is; `None` where none is chosen.
fn operation(document: &ExecutableDocument, name: Option<&str>) -> Option<OperationType> {
    let mut operations = document.operations.iter();
    match name {
        Some(name) => operations.find(|(called, _)| called.is_some_and(|called| called.as_str() == name)),
        None => operations.next().filter(|_| document.operations.iter().count() == 1),
    }
    .map(|(_, operation)| operation.node.ty)
}

/// Cuts messages that quote half the request.
pub(super) fn shorten(document: &mut Value) {
    let errors = document.get_mut("errors").and_then(Value::as_array_mut);
    for message in errors.into_iter().flatten().filter_map(|error| error.get_mut("message")) {
        let Value::String(text) = message else { continue };
        if let Some((end, _)) = text.char_indices().nth(LONGEST_MESSAGE) {
            text.truncate(end);
            text.push('…');
        }
    }
}
