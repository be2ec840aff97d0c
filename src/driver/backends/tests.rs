use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use model::{
    Address, Applied, Backend, Bytes, HealthCheck, HealthProbe, HostFacts, Kind, OwnerId, Shutdown, Span, Spec,
};
use plan::{Action, HookPhase, Step, StepId};

use super::{Backends, all_facts};
use crate::{CallCount, Driver, Finding, Observation, ObserveError, ObserveRequest, Outcome, StepError};

/// A backend that notes what it is asked to do; one that is down cannot be read.
struct Noted {
    backend: Backend,
    facts: Option<HostFacts>,
    steps: Mutex<Vec<String>>,
}

#[async_trait]
impl Driver for Noted {
    fn backend(&self) -> Backend {
        self.backend
    }

    async fn host_facts(&self) -> Result<HostFacts, ObserveError> {
        self.facts.clone().ok_or_else(|| down(self.backend))
    }

    async fn observe(&self, _request: &ObserveRequest<'_>) -> Result<Observation, ObserveError> {
        self.facts.as_ref().map(|_| Observation::default()).ok_or_else(|| down(self.backend))
    }

    async fn validate(&self, _wanted: &BTreeMap<Address, Spec>) -> Vec<Finding> {
        Vec::new()
    }

    async fn execute(&self, step: &Step) -> Result<Outcome, StepError> {
        self.steps.lock().unwrap().push(format!("{} {}", step.action.verb(), step.address));
        Ok(Outcome::default())
    }

    async fn sweep(&self, _owner: OwnerId) -> Result<Vec<String>, ObserveError> {
        self.facts.as_ref().map(|_| vec![self.backend.to_string()]).ok_or_else(|| down(self.backend))
    }

    fn calls(&self) -> CallCount {
        CallCount { reads: 1, writes: 2 }
    }
}

fn down(backend: Backend) -> ObserveError {
    ObserveError::Unreachable { backend, endpoint: "unix:///sock".to_owned(), source: "nobody listens".into() }
}

fn noted(backend: Backend, facts: Option<HostFacts>) -> Arc<Noted> {
    Arc::new(Noted { backend, facts, steps: Mutex::default() })
}

#[tokio::test]
async fn each_step_goes_to_the_backend_that_can_do_it() {
    let facts = Some(HostFacts::default());
    let libvirt = noted(Backend::Libvirt, facts.clone());
    let docker = noted(Backend::Docker, facts.clone());
    let host = noted(Backend::Host, facts);
    let backends = Backends { libvirt: libvirt.clone(), docker: docker.clone(), host: host.clone() };
    let check = |probe| Action::AwaitHealth {
        check: HealthCheck {
            probe,
            interval: Span::seconds(1),
            timeout: Span::seconds(1),
            retries: 1,
            start_period: Span::default(),
        },
    };
    let script = || check(HealthProbe::Script { script: "true".to_owned() });
    let tcp = || check(HealthProbe::Tcp { host: "::1".to_owned(), port: 1 });
    let hook = Action::RunHook { phase: HookPhase::PreStart, script: "true".to_owned() };
    let (web, db) = (Address::new(Kind::Domain, "web"), Address::new(Kind::Container, "db"));
    let steps = [
        (&web, Action::Start),
        (&web, hook),
        (&web, script()),
        (&db, Action::Stop { shutdown: Shutdown::default() }),
        (&db, script()),
        (&db, tcp()),
        (&Address::new(Kind::Seed, "web"), Action::Forget),
    ];
    for (address, action) in steps {
        let step = Step { id: StepId(1), address: address.clone(), action, after: Default::default() };
        backends.execute(&step).await.unwrap();
    }
    assert_eq!(*libvirt.steps.lock().unwrap(), ["start domain/web"]);
    assert_eq!(*docker.steps.lock().unwrap(), ["stop container/db", "await health container/db"]);
    let on_host = ["run hook domain/web", "await health domain/web", "await health container/db", "forget seed/web"];
    assert_eq!(*host.steps.lock().unwrap(), on_host);
    assert_eq!(backends.calls(), CallCount { reads: 3, writes: 6 });
}

#[tokio::test]
async fn a_backend_that_is_down_does_not_hide_the_others() {
    let host = HostFacts { arch: "x86_64".to_owned(), cpus: 2, memory: Bytes::gib(4), ..HostFacts::default() };
    let engine = HostFacts {
        arch: "amd64".to_owned(),
        cpus: 8,
        engine: Some("20.10.24".to_owned()),
        runtimes: ["runc".to_owned()].into(),
        ..HostFacts::default()
    };
    let backends = Backends {
        libvirt: noted(Backend::Libvirt, None),
        docker: noted(Backend::Docker, Some(engine)),
        host: noted(Backend::Host, Some(host)),
    };
    let (nearer, farther) = (backends.host.host_facts().await, backends.docker.host_facts().await);
    let facts = all_facts([nearer.unwrap(), farther.unwrap()]);
    assert_eq!((facts.arch.as_str(), facts.cpus, facts.engine.as_deref()), ("x86_64", 2, Some("20.10.24")));
    let (applied, wanted) = (Applied::default(), BTreeMap::new());
    let request = ObserveRequest { owner: OwnerId(uuid::Uuid::nil()), applied: &applied, wanted: &wanted, only: None };
    let everywhere = BTreeSet::from([Backend::Libvirt, Backend::Docker, Backend::Host]);
    let unreachable = backends.observe(&everywhere, &request).await.unreachable;
    let said = BTreeMap::from([(Backend::Libvirt, "cannot reach libvirt at unix:///sock: nobody listens".to_owned())]);
    assert_eq!(unreachable, said);
    let elsewhere = BTreeSet::from([Backend::Docker]);
    assert!(backends.observe(&elsewhere, &request).await.unreachable.is_empty(), "one that is not concerned is read");
    let swept = backends.sweep(OwnerId(uuid::Uuid::nil())).await.unwrap();
    assert_eq!(swept, ["docker", "host"]);
}
