//! Health checks from the host: HTTP, TCP, scripts.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use model::{HealthCheck, HealthProbe};
use tokio::net::TcpStream;

use super::shell;
use crate::fault::chain;

/// The longest pause between two tries: a check with a long interval is still seen to succeed soon.
const PAUSE: Duration = Duration::from_millis(500);

/// A check did not succeed in its time.
#[derive(Debug, thiserror::Error)]
#[error("it was not healthy within {waited:?}; the last of {tries} tries: {last}")]
pub struct Unhealthy {
    waited: Duration,
    tries: u32,
    last: String,
}

/// Tries until it succeeds. It has failed when, after the start period, there was no success in the time of
/// `retries` intervals, and in at least that many tries.
pub(crate) async fn await_health<F>(check: &HealthCheck, mut attempt: impl FnMut() -> F) -> Result<(), Unhealthy>
where
    F: Future<Output = Result<(), String>>,
{
    let begun = Instant::now();
    let retries = check.retries.max(1);
    let patience = check.start_period.get() + check.interval.get() * retries;
    for tries in 1.. {
        let Err(last) = attempt().await else { return Ok(()) };
        let waited = begun.elapsed();
        if waited >= patience && tries >= retries {
            return Err(Unhealthy { waited: Duration::from_secs(waited.as_secs()), tries, last });
        }
        tokio::time::sleep(check.interval.get().clamp(Duration::from_millis(10), PAUSE)).await;
    }
    unreachable!("the tries are counted until one of them returns")
}

/// Tries once; the error says what happened.
pub(crate) async fn probe(probe: &HealthProbe, timeout: Duration) -> Result<(), String> {
    match probe {
        HealthProbe::Http { url } => {
            let url = url.clone();
            let asked = tokio::task::spawn_blocking(move || http(&url, timeout)).await;
            asked.map_err(|stopped| stopped.to_string())?
        }
        HealthProbe::Tcp { host, port } => tcp(host, *port, timeout).await,
        HealthProbe::Script { script } => {
            let ran = shell::run(script, &[], timeout).await;
            ran.map_err(|error| chain(&error))
        }
    }
}

fn http(url: &str, timeout: Duration) -> Result<(), String> {
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(timeout))
        .http_status_as_error(false)
        // A unit is asked itself, not a proxy on the way to the outside.
        .proxy(None)
        .build();
    let answer = ureq::Agent::from(config).get(url).call().map_err(|error| format!("{url}: {}", chain(&error)))?;
    match answer.status().as_u16() {
        0..400 => Ok(()),
        status => Err(format!("{url} answered {status}")),
    }
}

async fn tcp(host: &str, port: u16, timeout: Duration) -> Result<(), String> {
    match tokio::time::timeout(timeout, TcpStream::connect((host, port))).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(format!("{host}:{port}: {error}")),
        Err(_) => Err(format!("{host}:{port} did not answer within {timeout:?}")),
    }
}

#[cfg(test)]
mod tests;
