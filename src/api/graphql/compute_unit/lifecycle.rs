//! Scripts around start and stop, and health.

use async_graphql::SimpleObject;
use config::unit::{HealthCheckOptions, Lifecycle};
use serde_json::Value;

use super::super::{enums::HealthCheckType, scalars::Duration};
use crate::view::Unit;

/// Scripts around start and stop, and health.
#[derive(Clone, Debug, Default, SimpleObject)]
pub(crate) struct LifecycleSpec {
    pre_start: Option<String>,
    post_start: Option<String>,
    pre_stop: Option<String>,
    post_stop: Option<String>,
    health_check: Option<HealthCheckSpec>,
}

/// What says that a unit works.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct HealthCheckSpec {
    #[graphql(name = "type")]
    kind: HealthCheckType,
    config: Value,
    interval: Duration,
    timeout: Duration,
}

impl LifecycleSpec {
    pub(super) fn of(unit: &Unit) -> Self {
        let Some(declared) = &unit.declared else { return Self::default() };
        let Lifecycle { pre_start, post_start, pre_stop, post_stop, health_check } = &declared.unit.lifecycle;
        let script = |text: &str| (!text.trim().is_empty()).then(|| text.to_owned());
        Self {
            pre_start: script(pre_start),
            post_start: script(post_start),
            pre_stop: script(pre_stop),
            post_stop: script(post_stop),
            health_check: health_check.as_ref().map(HealthCheckSpec::of),
        }
    }
}

impl HealthCheckSpec {
    fn of(check: &HealthCheckOptions) -> Self {
        let HealthCheckOptions { kind, config, interval, timeout, retries: _, start_period: _ } = check;
        Self {
            kind: (*kind).into(),
            config: Value::Object(config.clone()),
            interval: (*interval).into(),
            timeout: (*timeout).into(),
        }
    }
}
