use std::os::unix::net::UnixListener;

use expect_test::{Expect, expect};

use super::Engine;
use crate::fault::chain;

async fn first_call(endpoint: String) -> (String, u64) {
    let engine = Engine::new(Some(endpoint));
    let error = engine.read("engine", |client| async move { client.info().await }).await.unwrap_err();
    (error.to_string(), engine.calls.count().reads)
}

#[track_caller]
fn check(said: &str, folder: &std::path::Path, expected: Expect) {
    expected.assert_eq(&said.replace(&folder.display().to_string(), "DIR"));
}

#[tokio::test]
async fn an_engine_that_is_not_running_is_named_with_the_cure() {
    let folder = tempfile::tempdir().unwrap();
    let nobody = folder.path().join("nobody.sock");
    let (said, _) = first_call(format!("unix://{}", nobody.display())).await;
    check(
        &said,
        folder.path(),
        expect![
            "no container engine answers at unix://DIR/nobody.sock: start it (`systemctl start docker`), or name another with DOCKER_HOST"
        ],
    );
}

#[tokio::test]
async fn a_socket_that_nobody_listens_at_is_tried_a_bounded_number_of_times() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stale.sock");
    drop(UnixListener::bind(&path).unwrap());
    let (said, calls) = first_call(format!("unix://{}", path.display())).await;
    check(
        &said,
        folder.path(),
        expect![
            "no container engine answers at unix://DIR/stale.sock: start it (`systemctl start docker`), or name another with DOCKER_HOST"
        ],
    );
    assert_eq!(calls, 6, "three tries, each of which tries to connect");
}

#[tokio::test]
async fn an_endpoint_of_another_form_is_refused_with_those_we_speak() {
    let engine = Engine::new(Some("ssh://host".to_owned()));
    let error = engine.client().await.unwrap_err();
    expect!["`ssh://host` is not an endpoint we can speak to: expected unix:///PATH, tcp://HOST:PORT or https://HOST:PORT: URI scheme is not supported: ssh://host"]
        .assert_eq(&chain(&error));
}
