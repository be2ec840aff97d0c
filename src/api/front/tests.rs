//! GraphQL over HTTP, as its specification's audits ask, and what must be refused cheaply.

use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use expect_test::{Expect, expect};
use serde_json::{Value, json};
use tower::ServiceExt;

use crate::testing::{Fake, doors};

const GRAPHQL: &str = "application/graphql-response+json";

struct Answered {
    status: StatusCode,
    kind: String,
    body: String,
}

async fn ask(request: Request<Body>) -> Answered {
    let response = doors(&Fake::new(&["db", "web"])).oneshot(request).await.expect("routers do not fail");
    let kind = response.headers().get(header::CONTENT_TYPE).map(|kind| kind.to_str().expect("text").to_owned());
    let status = response.status();
    let body = to_bytes(response.into_body(), 1 << 20).await.expect("a short body");
    Answered { status, kind: kind.unwrap_or_default(), body: String::from_utf8_lossy(&body).into_owned() }
}

fn post(accept: Option<&str>, body: impl Into<Body>) -> Request<Body> {
    let request = Request::post("/graphql").header("host", "localhost:8080").header("content-type", "application/json");
    let request = accept.into_iter().fold(request, |request, accept| request.header("accept", accept));
    request.body(body.into()).expect("a request")
}

fn get(accept: &str, query: &str) -> Request<Body> {
    let request = Request::get(format!("/graphql?{query}")).header("host", "localhost:8080").header("accept", accept);
    request.body(Body::empty()).expect("a request")
}

async fn query(text: &str) -> Value {
    let answered = ask(post(Some(GRAPHQL), json!({ "query": text }).to_string())).await;
    serde_json::from_str(&answered.body).unwrap_or_else(|error| panic!("{error} in {}", answered.body))
}

#[track_caller]
fn check(answered: &Answered, expected: Expect) {
    expected.assert_eq(&format!("{} {}\n{}", answered.status.as_u16(), answered.kind, answered.body));
}

#[tokio::test]
async fn a_query_is_answered_in_the_form_that_is_asked_for() {
    let body = json!({ "query": "{ computeUnits { id } }" }).to_string();
    check(
        &ask(post(Some(GRAPHQL), body.clone())).await,
        expect![[r#"
            200 application/graphql-response+json; charset=utf-8
            {"data":{"computeUnits":[{"id":"db"},{"id":"web"}]}}"#]],
    );
    for accept in [None, Some("*/*"), Some("application/json"), Some("text/html;q=0.1, application/json;q=0.9")] {
        let answered = ask(post(accept, body.clone())).await;
        assert_eq!((answered.status.as_u16(), &*answered.kind), (200, "application/json; charset=utf-8"), "{accept:?}");
    }
    assert_eq!(ask(post(Some("image/png"), body)).await.status, StatusCode::NOT_ACCEPTABLE);
}

#[tokio::test]
async fn a_request_that_is_wrong_says_so_by_its_status_where_the_client_looks_there() {
    for (body, status) in [
        ("{ not json", 400),
        ("[]", 400),
        ("{}", 400),
        (r#"{"query": 5}"#, 400),
        (r#"{"query": "{ computeUnits { id } }", "variables": []}"#, 400),
        (r#"{"query": "{ computeUnits { id } }", "operationName": {}}"#, 400),
        (r#"{"query": "{ computeUnits { id } }", "extensions": 0}"#, 400),
        (r#"{"query": "{"}"#, 400),
        (r#"{"query": "{ nothingOfTheKind }"}"#, 400),
        (r#"{"query": "query A { __typename } query B { __typename }"}"#, 400),
        (r#"{"query": "query A { __typename }", "operationName": "C"}"#, 400),
        (r#"{"query": "query ($n: Int!) { computeUnits(limit: $n) { id } }", "variables": {"n": "many"}}"#, 400),
        (r#"{"query": "subscription { computeUnitUpdated { id } }"}"#, 400),
    ] {
        let answered = ask(post(Some(GRAPHQL), body)).await;
        assert_eq!(answered.status.as_u16(), status, "{body}: {}", answered.body);
        let document: Value = serde_json::from_str(&answered.body).expect(body);
        assert!(document["errors"][0]["message"].is_string() && document.get("data").is_none(), "{body}: {document}");
        let plain = ask(post(Some("application/json"), body)).await;
        assert_eq!(plain.status.as_u16(), 200, "{body}: {}", plain.body);
    }
}

#[tokio::test]
async fn only_json_in_utf_8_is_read() {
    for (kind, status) in [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("application/json; charset=\"UTF-8\"", 200),
        ("application/json; charset=iso-8859-1", 415),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("", 415),
    ] {
        let mut request = post(None, r#"{"query": "{ __typename }"}"#);
        request.headers_mut().insert("content-type", kind.parse().expect("a header"));
        assert_eq!(ask(request).await.status.as_u16(), status, "{kind}");
    }
}

#[tokio::test]
async fn a_get_queries_and_does_nothing_else() {
    let answered = ask(get(GRAPHQL, "query=%7B%20computeUnits(limit%3A1)%20%7B%20id%20%7D%20%7D")).await;
    assert_eq!((answered.status.as_u16(), &*answered.body), (200, r#"{"data":{"computeUnits":[{"id":"db"}]}}"#));
    let variables = "query=query(%24n%3AInt)%7BcomputeUnits(limit%3A%24n)%7Bid%7D%7D&variables=%7B%22n%22%3A1%7D";
    assert_eq!(ask(get(GRAPHQL, variables)).await.status.as_u16(), 200);
    for (query, status) in [
        ("query=mutation%7Bx%7D", 405),
        ("query=subscription%7BcomputeUnitUpdated%7Bid%7D%7D", 405),
        ("operationName=A", 400),
        ("query=%7B__typename%7D&variables=5", 400),
    ] {
        assert_eq!(ask(get(GRAPHQL, query)).await.status.as_u16(), status, "{query}");
    }
}

#[tokio::test]
async fn a_browser_gets_a_page_that_loads_nothing() {
    let answered = ask(get("text/html,application/xhtml+xml", "")).await;
    assert_eq!((answered.status.as_u16(), &*answered.kind), (200, "text/html; charset=utf-8"));
}

#[tokio::test]
async fn a_search_of_the_log_for_every_unit_is_too_much_to_ask() {
    let answer = query("{ computeUnits(limit: 1000) { events { id } } }").await;
    assert_eq!(answer["errors"][0]["message"], "Query is too complex.", "{answer}");
    let answer = query("{ computeUnits(limit: 50) { events { id } } }").await;
    assert!(answer.get("errors").is_none(), "{answer}");
}

#[tokio::test]
async fn errors_have_codes_and_a_path_where_there_is_one() {
    let answer = query("{ computeUnit(id: \"nobody\") { id } }").await;
    expect![[
        r#"{"data":{"computeUnit":null},"errors":[{"message":"Compute unit not found","locations":[{"line":1,"column":3}],"path":["computeUnit"],"extensions":{"code":"NOT_FOUND"}}]}"#
    ]]
    .assert_eq(&answer.to_string());
    for limit in ["-1", "1001"] {
        let answer = query(&format!("{{ computeUnits(limit: {limit}) {{ id }} }}")).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
    }
}

#[tokio::test]
async fn what_is_too_large_is_refused_before_it_costs_anything() {
    let bomb: String = (0..30).map(|n| format!("fragment f{n} on Query {{ ...f{} ...f{} }} ", n + 1, n + 1)).collect();
    let bomb = format!("{{ ...f0 }} {bomb} fragment f30 on Query {{ __typename }}");
    let nested = format!("{}{}", "{a".repeat(500), "}".repeat(500));
    let deep = format!("{{ computeUnits {{ {}id{} }} }}", "events { ".repeat(40), " }".repeat(40));
    let wide: String = (0..40).map(|n| format!("a{n}: computeUnits(limit: 1000) {{ id uuid tags }} ")).collect();
    for text in [bomb, nested, deep, format!("{{ {wide} }}")] {
        let began = std::time::Instant::now();
        let answer = query(&text).await;
        assert!(answer["errors"][0]["message"].is_string() && answer.get("data").is_none(), "{answer}");
        assert!(began.elapsed() < std::time::Duration::from_secs(2), "it took {:?}", began.elapsed());
        assert!(answer.to_string().len() < 4096, "the answer is {} bytes", answer.to_string().len());
    }
    let answered = ask(post(Some(GRAPHQL), "x".repeat(300 << 10))).await;
    assert_eq!(answered.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn the_usual_introspection_is_within_the_limits() {
    let types = "kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind \
                 name ofType { kind name ofType { kind name } } } } } } }";
    let answer = query(&format!(
        "{{ __schema {{ queryType {{ name }} types {{ name fields(includeDeprecated: true) {{ name args {{ name type \
         {{ {types} }} }} type {{ {types} }} }} enumValues {{ name }} }} }} }}"
    ))
    .await;
    assert!(answer["data"]["__schema"]["types"].as_array().is_some_and(|types| types.len() > 40), "{answer}");
}

#[tokio::test]
async fn numbers_larger_than_graphql_ones_are_told_as_text_beside_them() {
    let answer = query("{ computeUnit(id: \"web\") { status { resources { cpu network { rx rxBytes } } } } }").await;
    let resources = &answer["data"]["computeUnit"]["status"]["resources"];
    assert_eq!(resources, &json!({ "cpu": 12.5, "network": { "rx": i32::MAX, "rxBytes": "5000000000" } }));
}
