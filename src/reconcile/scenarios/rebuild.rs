//! The state directory's rows are lost, and made anew from marks and generations.

use std::{collections::BTreeMap, sync::Arc};

use async_trait::async_trait;
use driver::{
    Backends, CallCount, Driver, Finding, Observation, ObserveError, ObserveRequest, Outcome, StepError, fake::Mishap,
};
use model::{Address, Backend, Desired, HostFacts, Kind, Spec};
use plan::Step;

use super::{bench::Bench, build::address};
use crate::{Reconciler, RunResult, Settings};

/// Shows what bears no mark only to who asks for it, as the host and libvirt do.
struct Reticent(Arc<dyn Driver>);

#[async_trait]
impl Driver for Reticent {
    fn backend(&self) -> Backend {
        self.0.backend()
    }

    async fn host_facts(&self) -> Result<HostFacts, ObserveError> {
        self.0.host_facts().await
    }

    async fn observe(&self, request: &ObserveRequest<'_>) -> Result<Observation, ObserveError> {
        let Observation { mut resources } = self.0.observe(request).await?;
        resources.retain(|address, _| match address.kind {
            Kind::Image | Kind::Seed | Kind::File => request.applied.rows.contains_key(address),
            Kind::Pool | Kind::Volume => {
                request.applied.rows.contains_key(address) || request.wanted.contains_key(address)
            }
            _ => true,
        });
        Ok(Observation { resources })
    }

    async fn validate(&self, wanted: &BTreeMap<Address, Spec>) -> Vec<Finding> {
        self.0.validate(wanted).await
    }

    async fn execute(&self, step: &Step) -> Result<Outcome, StepError> {
        self.0.execute(step).await
    }

    fn calls(&self) -> CallCount {
        self.0.calls()
    }
}

/// Loses the rows and makes them anew, with backends that show nothing unasked. Returns the resources that are ours.
async fn rebuilt(bench: &Bench) -> Vec<Address> {
    std::fs::remove_dir_all(bench.path().join("state")).expect("removed");
    let Backends { libvirt, docker, host } = bench.host.backends();
    let [libvirt, docker, host] = [libvirt, docker, host].map(|driver| Arc::new(Reticent(driver)) as Arc<dyn Driver>);
    let reconciler = Reconciler::new(Backends { libvirt, docker, host }, bench.state(), Settings::default());
    reconciler.rebuild_state().await.expect("rebuilt");
    bench.state().rows().load().expect("readable").applied.rows.into_keys().collect()
}

async fn expect_nothing_to_do(bench: &Bench, desired: &Desired) {
    let planned = bench.plan(desired).await.unwrap_or_else(|error| panic!("no plan: {error}"));
    assert!(planned.plan.changes.is_empty(), "{:#?}", planned.plan.changes);
}

#[tokio::test]
async fn what_bears_no_mark_is_ours_again_too() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    house.file("motd", "welcome");
    bench.settle(&house.desired).await;
    let ours = rebuilt(&bench).await;
    assert_eq!(ours, house.addresses().into_iter().collect::<Vec<_>>());
    expect_nothing_to_do(&bench, &house.desired).await;
}

#[tokio::test]
async fn what_a_removal_that_failed_left_is_ours_again() {
    let bench = Bench::new();
    let house = bench.furnished();
    bench.settle(&house.desired).await;
    bench.host.fail_step(&address("domain/web"), "stop", Mishap::Refuse("not now".into()));
    let mut less = house.clone();
    for gone in ["domain/web", "volume/default/root", "seed/web", "pool/default"] {
        less = less.without(gone);
    }
    let report = bench.apply_and_prune(&less.desired).await;
    assert_eq!(report.result, RunResult::Failed, "{report}");
    bench.host.mend();
    let ours = rebuilt(&bench).await;
    assert_eq!(ours, house.addresses().into_iter().collect::<Vec<_>>());
    expect_nothing_to_do(&bench, &house.desired).await;
}

#[tokio::test]
async fn what_was_let_go_of_is_not_taken_again() {
    let bench = Bench::new();
    let mut house = bench.furnished();
    house.volume("default/spare", 1);
    bench.settle(&house.desired).await;
    let less = house.clone().without("volume/default/spare");
    bench.settle(&less.desired).await;
    let spare = address("volume/default/spare");
    assert!(bench.host.world().objects.contains_key(&spare), "its data is retained");
    assert!(!rebuilt(&bench).await.contains(&spare));
    expect_nothing_to_do(&bench, &less.desired).await;
}
