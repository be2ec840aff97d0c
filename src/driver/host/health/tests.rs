use std::{cell::Cell, time::Duration};

use expect_test::expect;
use model::{HealthCheck, HealthProbe, Span};
use tokio::net::TcpListener;

use super::{await_health, probe};

fn check(start_period: u64) -> HealthCheck {
    HealthCheck {
        probe: HealthProbe::Script { script: "true".to_owned() },
        interval: Span::milliseconds(20),
        timeout: Span::seconds(1),
        retries: 3,
        start_period: Span::milliseconds(start_period),
    }
}

#[tokio::test]
async fn a_unit_that_becomes_healthy_within_its_tries_is_healthy() {
    let tries = Cell::new(0);
    let check = check(0);
    let healthy = await_health(&check, || {
        tries.set(tries.get() + 1);
        let now = tries.get();
        async move { if now >= 3 { Ok(()) } else { Err("not yet".to_owned()) } }
    });
    healthy.await.unwrap();
    assert_eq!(tries.get(), 3);
}

#[tokio::test]
async fn failures_in_the_start_period_do_not_count() {
    let tries = Cell::new(0);
    let check = check(10_000);
    let slow = await_health(&check, || {
        tries.set(tries.get() + 1);
        let now = tries.get();
        async move { if now >= 6 { Ok(()) } else { Err("starting".to_owned()) } }
    });
    slow.await.unwrap();
}

#[tokio::test]
async fn a_unit_that_stays_unhealthy_is_reported_with_its_last_failure() {
    let error = await_health(&check(0), || async { Err("port 80 is closed".to_owned()) }).await.unwrap_err();
    let said = error.to_string();
    assert!(said.starts_with("it was not healthy within "), "{said}");
    assert!(said.ends_with(" tries: port 80 is closed"), "{said}");
}

#[tokio::test]
async fn each_kind_of_probe_says_what_failed() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let open = listener.local_addr().unwrap().port();
    let timeout = Duration::from_secs(5);
    let tcp = |port| HealthProbe::Tcp { host: "127.0.0.1".to_owned(), port };
    probe(&tcp(open), timeout).await.unwrap();
    drop(listener);
    let closed = probe(&tcp(open), timeout).await.unwrap_err();
    assert_eq!(closed, format!("127.0.0.1:{open}: Connection refused (os error 111)"));
    let http = HealthProbe::Http { url: format!("http://127.0.0.1:{open}/") };
    let refused = probe(&http, timeout).await.unwrap_err();
    assert!(refused.contains("Connection refused"), "{refused}");
    let script = HealthProbe::Script { script: "echo down; exit 1".to_owned() };
    expect![[r#"
        the script ended with exit status: 1; it said:
        down"#]]
    .assert_eq(&probe(&script, timeout).await.unwrap_err());
}
