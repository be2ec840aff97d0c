//! Scripts around start and stop, and health.

use model::Span;
use serde::Deserialize;
use serde_json::{Map, Value};

/// `lifecycle`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Lifecycle {
    /// Before the start.
    pub pre_start: String,
    /// After the start.
    pub post_start: String,
    /// Before the stop.
    pub pre_stop: String,
    /// After the stop.
    pub post_stop: String,
    /// What says that it works.
    pub health_check: Option<HealthCheckOptions>,
}

/// What says that a unit works.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HealthCheckOptions {
    /// What is tried.
    #[serde(rename = "type")]
    pub kind: HealthCheckType,
    /// Of what: `url`, or `host`, `port`, `path`, or `script`.
    #[serde(default)]
    pub config: Map<String, Value>,
    /// The time between two tries.
    #[serde(default = "half_a_minute")]
    pub interval: Span,
    /// How long one may take.
    #[serde(default = "five_seconds")]
    pub timeout: Span,
    /// Failures in a row that count.
    #[serde(default = "three")]
    pub retries: u32,
    /// The time in which failures do not count.
    #[serde(default)]
    pub start_period: Span,
}

/// What a health check tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HealthCheckType {
    /// An HTTP GET.
    Http,
    /// A TCP connection.
    Tcp,
    /// A script.
    Script,
}

fn half_a_minute() -> Span {
    Span::seconds(30)
}

fn five_seconds() -> Span {
    Span::seconds(5)
}

fn three() -> u32 {
    3
}
