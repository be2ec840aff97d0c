//! Figures about the API itself, under the names that its reference gives.

use prometheus_client::{
    encoding::EncodeLabelSet,
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::Registry,
};

/// The API's figures; clones count together.
#[derive(Clone, Debug)]
pub struct ApiMetrics {
    requests: Family<Answer, Counter>,
    duration: Histogram,
    subscriptions: Gauge,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    door: &'static str,
    status: u16,
}

/// A subscription that is counted until it is dropped.
#[derive(Debug)]
pub(crate) struct Subscribed(Gauge);

impl ApiMetrics {
    /// Makes them, registered.
    pub fn new(registry: &mut Registry) -> Self {
        let requests = Family::default();
        let duration = Histogram::new(exponential_buckets(0.0005, 4.0, 8));
        let subscriptions = Gauge::default();
        registry.register("hypervisor_api_requests", "Requests answered", requests.clone());
        registry.register("hypervisor_api_request_duration_seconds", "Time to answer a request", duration.clone());
        registry.register("hypervisor_api_active_subscriptions", "Subscriptions open", subscriptions.clone());
        Self { requests, duration, subscriptions }
    }

    /// Counts an answer.
    pub(crate) fn answered(&self, door: &'static str, status: u16, seconds: f64) {
        self.requests.get_or_create(&Answer { door, status }).inc();
        self.duration.observe(seconds);
    }

    /// Counts a subscription for as long as the answer lives.
    pub(crate) fn subscribed(&self) -> Subscribed {
        self.subscriptions.inc();
        Subscribed(self.subscriptions.clone())
    }
}

impl Drop for Subscribed {
    fn drop(&mut self) {
        self.0.dec();
    }
}
