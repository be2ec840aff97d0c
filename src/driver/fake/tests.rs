use std::collections::{BTreeMap, BTreeSet};

use model::spec::{Disk, DiskSource, DomainSpec, PoolSpec, VolumeSpec};
use model::{Address, Applied, Backend, Bytes, DeletionPolicy, Kind, OwnerId, Ownership, PowerState, Seen, Spec};
use plan::{Action, Mark, Step, StepId};
use serde_json::json;

use super::{FakeHost, Mishap, Side};
use crate::{ObserveRequest, StepError};

const OWNER: OwnerId = OwnerId(uuid::Uuid::from_u128(7));

fn mark() -> Mark {
    Mark { owner: OWNER, spec: "sha256:0".into(), protect: false, deletion: DeletionPolicy::Retain }
}

fn step(address: &Address, action: Action) -> Step {
    Step { id: StepId(1), address: address.clone(), action, after: BTreeSet::new() }
}

fn create(address: &Address, spec: Spec) -> Step {
    step(address, Action::Create { spec, mark: mark() })
}

fn domain(memory: u64) -> Spec {
    let mut spec = DomainSpec { machine: Some("q35".into()), ..DomainSpec::default() };
    spec.memory.maximum = Some(Bytes::mib(memory));
    Spec::Domain(spec)
}

async fn seen(host: &FakeHost, address: &Address) -> Option<model::ObservedResource> {
    let (applied, wanted) = (Applied::default(), BTreeMap::new());
    let request = ObserveRequest { owner: OWNER, applied: &applied, wanted: &wanted, only: None };
    let driver = host.driver(address.kind.backend());
    driver.observe(&request).await.expect("reachable").resources.remove(address)
}

async fn run(host: &FakeHost, step: &Step) -> Result<(), StepError> {
    host.driver(step.address.kind.backend()).execute(step).await.map(drop)
}

#[tokio::test]
async fn a_backend_fills_in_what_was_left_to_it_and_carries_our_mark() {
    let host = FakeHost::new();
    host.edit(|world| world.facts.machines.insert("x86_64/q35".into(), "pc-q35-7.2".into()));
    let web = Address::new(Kind::Domain, "web");
    run(&host, &create(&web, domain(512))).await.expect("made");
    run(&host, &step(&web, Action::Start)).await.expect("started");

    let object = seen(&host, &web).await.expect("there");
    assert!(matches!(object.ownership, Ownership::Ours { .. }), "{:?}", object.ownership);
    assert_eq!(object.power, PowerState::Running);
    let Seen::Parsed { config: Spec::Domain(config), live: Some(_) } = object.seen else { panic!("parsed") };
    assert!(config.uuid.is_some());
    assert_eq!(config.machine.as_deref(), Some("pc-q35-7.2"));
    assert_eq!(config.memory.current, Some(Bytes::mib(512)));
}

#[tokio::test]
async fn what_lacks_something_is_refused() {
    let host = FakeHost::new();
    let data = Address::new(Kind::Volume, "default/data");
    let volume = VolumeSpec { pool: "default".into(), name: "data".into(), ..VolumeSpec::default() };
    let refused = run(&host, &create(&data, Spec::Volume(volume.clone()))).await;
    assert!(matches!(refused, Err(StepError::Refused { .. })), "{refused:?}");

    let pool = Address::new(Kind::Pool, "default");
    run(&host, &create(&pool, Spec::Pool(PoolSpec::default()))).await.expect("made");
    run(&host, &create(&data, Spec::Volume(volume))).await.expect("made now");
}

#[tokio::test]
async fn a_redefinition_keeps_what_it_does_not_mention_and_drops_devices_that_left() {
    let host = FakeHost::new();
    let web = Address::new(Kind::Domain, "web");
    let disk = || Disk { source: Some(DiskSource::File("/d.img".into())), ..Disk::default() };
    let Spec::Domain(mut spec) = domain(512) else { unreachable!("it is a domain") };
    spec.disks.insert("data".into(), disk());
    spec.disks.insert("more".into(), disk());
    run(&host, &create(&web, Spec::Domain(spec.clone()))).await.expect("made");
    let before = host.world().objects[&web].config.clone();

    spec.disks.remove("more");
    spec.title = Some("Web".into());
    let fields = vec!["disks.more.source.file".into(), "title".into()];
    run(&host, &step(&web, Action::Configure { spec: Spec::Domain(spec), fields, mark: mark() })).await.expect("done");

    let (Spec::Domain(before), Spec::Domain(after)) = (before, host.world().objects[&web].config.clone()) else {
        panic!("domains")
    };
    assert_eq!(after.disks.keys().collect::<Vec<_>>(), ["data"]);
    assert_eq!((after.uuid, after.title.as_deref()), (before.uuid, Some("Web")));
}

#[tokio::test]
async fn somebody_works_behind_our_back() {
    let host = FakeHost::new();
    let web = Address::new(Kind::Domain, "web");
    run(&host, &create(&web, domain(512))).await.expect("made");
    run(&host, &step(&web, Action::Start)).await.expect("started");
    let before = seen(&host, &web).await.expect("there").fingerprint;
    let half = json!(Bytes::mib(256).get());
    host.edit(|world| world.set(&web, Side::Live, "memory.current", Some(half)));
    let after = seen(&host, &web).await.expect("there").fingerprint;
    assert_eq!(before.config, after.config);
    assert_ne!(before.live, after.live);
}

#[tokio::test]
async fn mishaps_come_when_they_are_asked_for() {
    let host = FakeHost::new();
    let web = Address::new(Kind::Domain, "web");
    host.fail_nth(2, Mishap::Refuse("out of memory".into()));
    run(&host, &create(&web, domain(512))).await.expect("the first is fine");
    run(&host, &step(&web, Action::Start)).await.expect_err("the second is not");
    host.fail_step(&web, "start", Mishap::Lie);
    run(&host, &step(&web, Action::Start)).await.expect("it says");
    assert!(!host.world().objects[&web].is_active());
    host.mend();
    run(&host, &step(&web, Action::Start)).await.expect("started");
    assert!(host.world().objects[&web].is_active());
    host.cut(Backend::Libvirt);
    run(&host, &step(&web, Action::Start)).await.expect_err("the connection is gone");
}

#[tokio::test]
async fn a_host_in_a_file_outlives_its_process() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("host.json");
    let web = Address::new(Kind::Domain, "web");
    let host = FakeHost::open(&path).expect("new");
    run(&host, &create(&web, domain(512))).await.expect("made");
    assert_eq!(FakeHost::open(&path).expect("read").world(), host.world());
}
