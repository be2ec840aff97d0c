//! Runs over a host in memory that changes between a plan and its apply.

use std::{path::Path, sync::Arc};

use driver::{
    docker::Docker,
    fake::FakeHost,
    host::Host,
    libvirt::{LibvirtDriver, LibvirtSettings},
};
use model::{
    Address, Bytes, Desired, PowerState, Resource, Span, Spec,
    spec::{DomainMemory, DomainSpec},
};
use plan::{PlanOptions, Prune};
use reconcile::{ApplyOptions, Planned, Reconciler, Settings, StateDir};
use tokio::sync::watch;

use super::apply_following;
use crate::{
    arguments::{ColorWhen, Global},
    confirm::Consent,
    failure::{Exit, Failure, Trace},
    output::{Chatter, Form, Output},
    session::Session,
    world::World,
};

struct Bench {
    host: FakeHost,
    directory: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        Self { host: FakeHost::new(), directory: tempfile::tempdir().expect("a directory") }
    }

    fn world(&self) -> World {
        world(&self.host, self.directory.path())
    }

    fn session(&self) -> Session {
        let global = Global {
            inputs: Default::default(),
            connect: "test:///default".to_owned(),
            docker_host: None,
            state_dir: self.directory.path().to_owned(),
            json: false,
            show_trace: false,
            stats: false,
            eval_profile: None,
            color: ColorWhen::Never,
            verbose: 0,
            quiet: true,
        };
        Session { global, output: Output { form: Form::Text, chatter: Chatter::Quiet, trace: Trace::Short } }
    }

    async fn plan(&self, desired: &Desired) -> Planned {
        let options = PlanOptions { prune: Prune::Now, ..PlanOptions::default() };
        self.world().plan(desired, &options).await.expect("a plan")
    }

    /// Applies what may be an old plan, consent given.
    async fn apply(&self, planned: Planned, desired: &Desired) -> Result<Exit, Failure> {
        let (world, session) = (self.world(), self.session());
        apply_following(&session, &world, planned, desired, ApplyOptions::default(), Consent::Given).await
    }

    fn units(&self) -> Vec<String> {
        self.host.world().objects.keys().map(|address| address.name.clone()).collect()
    }
}

fn world(host: &FakeHost, state: &Path) -> World {
    let state = StateDir::open(state).expect("a state directory");
    let root = state.root().to_owned();
    World {
        libvirt: Arc::new(LibvirtDriver::new(LibvirtSettings::new("test:///default", &root))),
        docker: Arc::new(Docker::new(None)),
        host: Arc::new(Host::new(root)),
        reconciler: Reconciler::new(host.backends(), state, Settings::default()),
        fetches: watch::channel(None).1,
    }
}

fn unit(name: &str) -> (Address, Resource) {
    let memory = DomainMemory { maximum: Some(Bytes::mib(512)), ..DomainMemory::default() };
    let mut resource = Resource::new(Spec::Domain(DomainSpec { memory, ..DomainSpec::default() }));
    resource.policy.prune_grace = Span::seconds(0);
    (format!("domain/{name}").parse().expect("an address"), resource)
}

fn declared(names: &[&str]) -> Desired {
    Desired { resources: names.iter().copied().map(unit).collect(), notes: Vec::new() }
}

#[tokio::test]
async fn consent_does_not_hold_for_a_new_plan_that_removes_more() {
    let bench = Bench::new();
    let wanted = declared(&["a", "b"]);
    let outdated = bench.plan(&wanted).await;
    let more = declared(&["a", "b", "c"]);
    bench.apply(bench.plan(&more).await, &more).await.expect("applied");
    let failure = bench.apply(outdated, &wanted).await.expect_err("more would go than was agreed to");
    assert!(format!("{failure:?}").contains("would remove domain/c"), "{failure:?}");
    assert_eq!(bench.units(), ["a", "b", "c"]);
}

#[tokio::test]
async fn a_plan_that_was_overtaken_is_made_anew() {
    let bench = Bench::new();
    let wanted = declared(&["a", "b"]);
    let outdated = bench.plan(&wanted).await;
    let half = declared(&["a"]);
    bench.apply(bench.plan(&half).await, &half).await.expect("applied");
    let exit = bench.apply(outdated, &wanted).await.expect("planned again");
    assert_eq!((exit, bench.units()), (Exit::Done, vec!["a".to_owned(), "b".to_owned()]));
}

#[tokio::test]
async fn who_lost_the_state_is_told_how_to_make_it_anew() {
    let bench = Bench::new();
    let wanted = declared(&["a"]);
    let by_hand = |name| {
        let (address, resource) = unit(name);
        bench.host.edit(|host| host.make_by_hand(address, resource.spec, PowerState::Off));
    };
    by_hand("mine");
    let clash = declared(&["mine"]);
    let refusal = async || bench.world().plan(&clash, &PlanOptions::default()).await.expect_err("refused");
    assert!(!format!("{:?}", refusal().await).contains("state rebuild"), "nothing was ever applied");
    bench.apply(bench.plan(&wanted).await, &wanted).await.expect("applied");
    assert!(!format!("{:?}", refusal().await).contains("state rebuild"), "the state knows what is ours");
    std::fs::remove_dir_all(bench.directory.path().join("state")).expect("removed");
    assert!(format!("{:?}", refusal().await).contains("`hypernix state rebuild`"));
}

#[tokio::test]
async fn a_unit_is_protected_as_it_was_applied_whatever_is_declared_now() {
    let bench = Bench::new();
    let mut wanted = declared(&["a", "b"]);
    let precious: Address = "domain/a".parse().expect("an address");
    wanted.resources.get_mut(&precious).expect("declared").policy.protect = true;
    bench.apply(bench.plan(&wanted).await, &wanted).await.expect("applied");
    let sighted = bench.world().look().await.expect("a look");
    let named = wanted.resources.into_keys().collect();
    assert_eq!(sighted.protected_units(&named).into_iter().collect::<Vec<_>>(), [precious]);
}
