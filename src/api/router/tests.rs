use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};

use super::refusal;

#[track_caller]
fn check(headers: &[(&'static str, &'static str)], served: bool) {
    let map: HeaderMap =
        headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect();
    assert_eq!(refusal(&Method::GET, &map).is_none(), served, "{headers:?}");
}

#[test]
fn only_this_host_and_its_own_pages_are_served() {
    check(&[("host", "127.0.0.1:8080")], true);
    check(&[("host", "localhost:8080")], true);
    check(&[("host", "[::1]:8080")], true);
    check(&[("host", "evil.example:8080")], false);
    check(&[], false);
    check(&[("host", "localhost:8080"), ("origin", "http://localhost:8080")], true);
    check(&[("host", "localhost:8080"), ("origin", "http://localhost:9000")], false);
    check(&[("host", "localhost:8080"), ("origin", "null")], false);
    check(&[("host", "localhost:8080"), ("sec-fetch-site", "cross-site")], false);
    check(&[("host", "localhost:8080"), ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")], true);
}
