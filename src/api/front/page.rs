//! The page that a browser gets at `/graphql`: a box for a query and its answer. It loads nothing from anywhere.

use axum::{
    http::{HeaderValue, header},
    response::{Html, IntoResponse, Response},
};

const PAGE: &str = include_str!("page.html");
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-XgS8Cl0JjUUYad4W6zJThyWfGYTVa/9jRv2Bu+l06dM='; connect-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// The page.
pub(super) fn page() -> Response {
    let mut response = Html(PAGE).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

#[cfg(test)]
mod tests {
    use super::{PAGE, POLICY};

    #[test]
    fn the_page_loads_nothing_and_its_script_is_the_one_that_the_policy_names() {
        let script = PAGE.split("<script>").nth(1).and_then(|rest| rest.split("</script>").next()).expect("a script");
        let hash = base64_sha256(script);
        assert!(POLICY.contains(&format!("'sha256-{hash}'")), "the script's hash is {hash}");
        for word in ["src=", "href=", "@import", "url("] {
            assert!(!PAGE.contains(word), "the page has `{word}`");
        }
    }

    fn base64_sha256(text: &str) -> String {
        use base64::Engine;
        use sha2::{Digest, Sha256};
        base64::engine::general_purpose::STANDARD.encode(Sha256::digest(text.as_bytes()))
    }
}
