//! What the tests share: an engine, an owner, what was applied, and a clean-up at the end.

use std::{collections::BTreeMap, process::Command};

pub use driver::chain;
use driver::{Driver, ObserveRequest, Outcome, StepError, docker::Docker};
use model::{
    Address, Applied, AppliedRow, DeletionPolicy, Kind, ObservedResource, OwnerId, Ownership, PowerState, Seen,
    Shutdown, Span, Spec,
    spec::{ContainerImageSource, ContainerImageSpec, ContainerSpec},
};
use plan::{Action, Mark, Step, StepId};

/// Static busybox, made by `tests/setup`.
pub const ROOTFS: &str = "/var/lib/hypervisor/test/tiny/rootfs.tar";
/// The image that the tests' containers are made of.
pub const IMAGE: &str = "hypernix-test/driver:1";
/// Stops at once, by force: nothing in these tests wants to say good-bye.
pub const AT_ONCE: Shutdown = Shutdown { timeout: Span::seconds(0), force: true };

/// An engine with objects whose names begin with the test's own.
pub struct Stage {
    pub docker: Docker,
    pub owner: OwnerId,
    pub applied: Applied,
    prefix: String,
}

impl Stage {
    /// An engine without leftovers of an earlier run of the test `test`, and with the tiny image.
    pub async fn new(test: &str) -> Self {
        let docker = Docker::new(None);
        docker.host_facts().await.expect("a container engine answers: run tests/setup");
        assert!(std::path::Path::new(ROOTFS).exists(), "{ROOTFS} is missing: run tests/setup");
        let owner = OwnerId(uuid::Uuid::new_v4());
        let stage = Self { docker, owner, applied: Applied::default(), prefix: format!("hvt-{test}-") };
        stage.clean();
        stage.ensure_image().await;
        stage
    }

    /// Makes the tiny image, once: made by two tests it would be two images, and change under one of them.
    async fn ensure_image(&self) {
        static ONCE: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());
        let _once = ONCE.lock().await;
        if !by_hand(&["image", "inspect", IMAGE]).0 {
            let source = Some(ContainerImageSource::Rootfs(ROOTFS.into()));
            let image = ContainerImageSpec { reference: IMAGE.to_owned(), source, ..ContainerImageSpec::default() };
            let address = Address::new(Kind::ContainerImage, IMAGE);
            self.create(&address, Spec::ContainerImage(image)).await.unwrap();
        }
    }

    /// The address of an object of this test.
    pub fn address(&self, kind: Kind, name: &str) -> Address {
        Address::new(kind, format!("{}{name}", self.prefix))
    }

    pub async fn act(&self, address: &Address, action: Action) -> Result<Outcome, StepError> {
        let step = Step { id: StepId(1), address: address.clone(), action, after: Default::default() };
        self.docker.execute(&step).await
    }

    pub async fn create(&self, address: &Address, spec: Spec) -> Result<Outcome, StepError> {
        let mark = self.mark(&spec);
        self.act(address, Action::Create { spec, mark }).await
    }

    /// Makes and starts a container.
    pub async fn run(&mut self, address: &Address, spec: &ContainerSpec) {
        let spec = Spec::Container(spec.clone());
        let made = self.create(address, spec.clone()).await.unwrap();
        self.act(address, Action::Start).await.unwrap();
        self.remember(address, spec, made);
    }

    /// A replacement by `spec` that is to run.
    pub fn replacement(&self, spec: &ContainerSpec) -> Action {
        let spec = Spec::Container(spec.clone());
        Action::Replace { mark: self.mark(&spec), spec, start: true, shutdown: AT_ONCE, health: None }
    }

    pub fn mark(&self, spec: &Spec) -> Mark {
        Mark { owner: self.owner, spec: spec.hash(), protect: false, deletion: DeletionPolicy::Delete }
    }

    /// Keeps the row of an apply.
    pub fn remember(&mut self, address: &Address, spec: Spec, outcome: Outcome) {
        let fingerprint = outcome.fingerprint.expect("a step that makes something tells its fingerprint");
        let row = AppliedRow { fingerprint, generation: 1, ..AppliedRow::new(spec) };
        self.applied.rows.insert(address.clone(), row);
    }

    /// What is there under `address`, as seen by somebody who wants what was applied.
    pub async fn observe(&self, address: &Address) -> Option<ObservedResource> {
        self.observe_with(address, &self.applied).await
    }

    /// The specification that is read from scratch.
    pub async fn read(&self, address: &Address) -> Spec {
        match self.observe_with(address, &Applied::default()).await.expect("it is there").seen {
            Seen::Parsed { config, .. } => config,
            Seen::Unchanged => panic!("nothing was applied, so it must be parsed"),
        }
    }

    pub async fn read_container(&self, address: &Address) -> ContainerSpec {
        match self.read(address).await {
            Spec::Container(spec) => spec,
            other => panic!("{address} is no container: {other:?}"),
        }
    }

    pub async fn power(&self, address: &Address) -> PowerState {
        self.observe(address).await.expect("it is there").power
    }

    /// Asserts that every field that `spec` sets reads back as it was set.
    pub async fn assert_as(&self, address: &Address, spec: &Spec) {
        let (there, wanted) = (self.read(address).await.fields(), spec.fields());
        for (path, value) in &wanted {
            assert_eq!(there.get(path), Some(value), "{address}: {path}");
        }
    }

    /// The engine's id of a container of this test.
    pub async fn id(&self, address: &Address) -> String {
        self.docker.status(&address.name).await.unwrap().expect("it is there").id
    }

    async fn observe_with(&self, address: &Address, applied: &Applied) -> Option<ObservedResource> {
        let wanted: BTreeMap<_, _> =
            self.applied.rows.iter().map(|(address, row)| (address.clone(), row.spec_hash.clone())).collect();
        let request = ObserveRequest { owner: self.owner, applied, wanted: &wanted, only: None };
        let mut observed = self.docker.observe(&request).await.unwrap();
        observed.resources.remove(address)
    }

    fn clean(&self) {
        for (list, remove) in [
            (["ps", "-aq"].as_slice(), ["rm", "-fv"].as_slice()),
            (&["network", "ls", "-q"], &["network", "rm"]),
            (&["volume", "ls", "-q"], &["volume", "rm"]),
        ] {
            let filter = format!("name={}", self.prefix);
            let found = by_hand(&[list, &["--filter", &filter]].concat()).1;
            for object in found.split_whitespace() {
                by_hand(&[remove, &[object]].concat());
            }
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.clean();
    }
}

/// A container that runs until it is stopped.
pub fn sleeper() -> ContainerSpec {
    let command = ["/bin/sleep", "1000"].map(str::to_owned).to_vec();
    ContainerSpec { image: IMAGE.to_owned(), command, ..ContainerSpec::default() }
}

/// The docker command, as a person behind our back uses it: whether it succeeded, and what it said.
pub fn by_hand(arguments: &[&str]) -> (bool, String) {
    let output = Command::new("docker").args(arguments).output().expect("the docker command is there: run tests/setup");
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap().trim().to_owned())
}

pub fn is_ours(resource: &ObservedResource) -> bool {
    matches!(resource.ownership, Ownership::Ours { .. })
}
