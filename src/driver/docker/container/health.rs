//! Whether a container works: the engine's own check, and the unit's.

use std::time::Duration;

use bollard::models::{ContainerInspectResponse, HealthStatusEnum};
use model::{HealthCheck, HealthProbe};

use super::{is_active, read};
use crate::{
    docker::Docker,
    fault::Fault,
    host::{await_health, probe},
};

/// How often the engine is asked.
const POLL: Duration = Duration::from_millis(200);
/// The engine's values where the check leaves them unset. Source: Docker Engine API, `HealthConfig`.
const INTERVAL: Duration = Duration::from_secs(30);
const RETRIES: u32 = 3;

impl Docker {
    /// Waits for the engine's own health check; `false` where the container has none.
    pub(super) async fn await_engine_health(&self, name: &str) -> Result<bool, Fault> {
        let there = self.require_container(name).await?;
        let Some(patience) = patience(&there) else { return Ok(false) };
        match tokio::time::timeout(patience, self.engine_health(name)).await {
            Ok(healthy) => healthy.map(|()| true),
            Err(_) => Err(Fault::refused(format!("`{name}` was not healthy within {patience:?}"))),
        }
    }

    /// Waits for the unit's check; a script runs inside.
    pub(in crate::docker) async fn await_health(&self, name: &str, check: &HealthCheck) -> Result<(), Fault> {
        let waited = await_health(check, || async {
            let there = self.require_container(name).await.map_err(|fault| fault.reason())?;
            if !is_active(&there) {
                return Err(self.exited(name).await.reason());
            }
            match &check.probe {
                HealthProbe::Script { script } => self.script_succeeds(name, script, check.timeout.get()).await,
                probe_on_host => probe(probe_on_host, check.timeout.get()).await,
            }
        });
        waited.await.map_err(Fault::refused)
    }

    async fn engine_health(&self, name: &str) -> Result<(), Fault> {
        loop {
            let there = self.require_container(name).await?;
            if !is_active(&there) {
                return Err(self.exited(name).await);
            }
            let health = there.state.and_then(|state| state.health).unwrap_or_default();
            match health.status {
                Some(HealthStatusEnum::HEALTHY) => return Ok(()),
                Some(HealthStatusEnum::UNHEALTHY) => {
                    let last = health.log.and_then(|mut log| log.pop()).and_then(|result| result.output);
                    let words = last.unwrap_or_default().trim().to_owned();
                    return Err(Fault::refused(format!("`{name}` is unhealthy: {words}")));
                }
                _ => tokio::time::sleep(POLL).await,
            }
        }
    }
}

/// How long the engine's check may take to decide; `None` where there is no check.
fn patience(inspect: &ContainerInspectResponse) -> Option<Duration> {
    let config = inspect.config.as_ref()?.healthcheck.as_ref().and_then(read::health)?;
    if config.test.first().is_some_and(|kind| kind == "NONE") {
        return None;
    }
    let or = |span: Option<model::Span>, other| span.map_or(other, model::Span::get);
    let round = or(config.interval, INTERVAL) + or(config.timeout, INTERVAL);
    Some(or(config.start_period, Duration::ZERO) + round * (config.retries.unwrap_or(RETRIES) + 1))
}
