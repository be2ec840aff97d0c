//! Killed at every boundary of a run, the next run converges: nothing is orphaned, nothing is there twice.
//!
//! The test runs itself as another process over a fake host and a state directory on disk. That process kills
//! itself with SIGKILL at the `n`th boundary it passes: around every write of the journal, the state and the
//! generation, and before, in the middle of and after the effect of every step.

use std::{
    collections::BTreeSet,
    os::unix::process::ExitStatusExt,
    path::Path,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use driver::fake::{FakeHost, Object};
use model::{Bytes, Desired, OwnerId, PowerState};
use plan::{Destroy, PlanOptions, Prune};
use rustix::process::{Signal, kill_process};

use super::{
    bench::directory,
    build::{House, bind, disk},
};
use crate::{ApplyOptions, PlanningError, Reconciler, Report, Settings, StateDir, Watch, generations::digest};

const DIRECTORY: &str = "HYPERNIX_CRASH_DIRECTORY";
const BOUNDARY: &str = "HYPERNIX_CRASH_BOUNDARY";
const WISH: &str = "HYPERNIX_CRASH_WISH";

/// What the killed process applies, by the name it is given.
fn wish(name: &str, owner: OwnerId) -> Desired {
    let mut house = House::furnished(owner);
    house.file("motd", "hello");
    house.container_spec("proxy").mounts.insert("/etc/motd".into(), bind("/files/motd"));
    house.bare_domain("old").policy.deletion = model::DeletionPolicy::Delete;
    house.volume("default/scratch", 1).policy.deletion = model::DeletionPolicy::Delete;
    if name == "before" {
        return house.desired;
    }
    // Changed live, grown, staged, made anew, renamed, made, removed with and without data: all in one run.
    house.domain_spec("web").vcpus.current = Some(4);
    house.domain_spec("web").title = Some("Web".into());
    house.volume_spec("default/root").capacity = Some(Bytes::gib(20));
    house.volume("default/data", 2);
    house.domain_spec("web").disks.insert("data".into(), disk("default/data"));
    house.container_spec("proxy").env.insert("MODE".into(), "fast".into());
    house.file("motd", "hello again");
    house.image("cache:1");
    house.container("cache", "cache:1");
    house.bare_domain("new").hooks.pre_start = "true".into();
    house.without("domain/old").without("volume/default/scratch").desired
}

fn settings(watch: impl Fn() + Send + Sync + 'static) -> Settings {
    Settings { checkpoint: Some(Watch(Arc::new(move |_| watch()))), ..Settings::default() }
}

/// Applies a wish. Half of the time what a killed run left is put right before planning, as the command line does,
/// half of the time by the apply itself.
async fn apply(directory: &Path, host: &FakeHost, wish: &Desired, settings: Settings) -> Report {
    static TURN: AtomicU64 = AtomicU64::new(0);
    let state = StateDir::open(directory.join("state")).expect("a state directory");
    let reconciler = Reconciler::new(host.backends(), state, settings);
    if TURN.fetch_add(1, Ordering::Relaxed).is_multiple_of(2) {
        reconciler.recover(Duration::ZERO).await.expect("recovered");
    }
    let mut options = PlanOptions { prune: Prune::Now, destroy: Destroy::Allow, ..PlanOptions::default() };
    let planned = match reconciler.plan(wish, &options).await {
        Err(PlanningError::Refused(refusal)) => {
            options.allow_prune = refusal.errors.iter().find_map(|error| match error {
                plan::PlanError::TooManyPruned { hash, .. } => Some(hash.clone()),
                _ => None,
            });
            reconciler.plan(wish, &options).await
        }
        planned => planned,
    };
    let planned = planned.unwrap_or_else(|error| panic!("no plan: {error}"));
    reconciler.apply(&planned, wish, &ApplyOptions::default(), None).await.expect("applied")
}

/// The process that is killed; a test only in name, for it is this binary that runs itself.
#[tokio::test]
async fn the_process_that_is_killed() {
    let Some(directory) = std::env::var_os(DIRECTORY) else { return };
    let last: u64 = std::env::var(BOUNDARY).ok().and_then(|text| text.parse().ok()).expect("a number");
    let passed = Arc::new(AtomicU64::new(0));
    let pass = move || {
        if passed.fetch_add(1, Ordering::SeqCst) + 1 == last {
            kill_process(rustix::process::getpid(), Signal::KILL).expect("one may kill oneself");
            std::thread::park();
        }
    };
    let directory = Path::new(&directory);
    let host = FakeHost::open(directory.join("host.json")).expect("a host");
    let at_effects = pass.clone();
    host.on_moment(move |_, _| at_effects());
    let owner = StateDir::open(directory.join("state")).expect("a state directory").owner();
    let wish = wish(&std::env::var(WISH).expect("named"), owner);
    let report = apply(directory, &host, &wish, settings(pass)).await;
    assert!(report.is_success(), "{report}");
}

/// Runs this binary as the process that is killed at a boundary; says whether it was.
fn is_killed_at(directory: &Path, boundary: u64, wish: &str) -> bool {
    let binary = std::env::current_exe().expect("this binary");
    let mut child = Command::new(binary)
        .args(["--exact", "scenarios::crash::the_process_that_is_killed", "--test-threads=1", "--nocapture"])
        .env(DIRECTORY, directory)
        .env(BOUNDARY, boundary.to_string())
        .env(WISH, wish)
        .stdout(Stdio::null())
        .spawn()
        .expect("started");
    let status = child.wait().expect("ended");
    let killed = status.signal() == Some(Signal::KILL.as_raw());
    assert!(killed || status.success(), "boundary {boundary}: {status}");
    killed
}

/// What a host holds, without what tells two equal objects apart.
fn shape(host: &FakeHost) -> Vec<(String, PowerState, String)> {
    let line = |(address, object): (&model::Address, &Object)| {
        let spec = serde_json::to_value(&object.config).expect("serialises");
        let drop = ["imageId", "hostname", "id", "subnet", "bridge"];
        let mut spec = spec["spec"].as_object().cloned().expect("an object");
        spec.retain(|key, _| !drop.contains(&key.as_str()));
        (address.to_string(), object.power, serde_json::Value::Object(spec).to_string())
    };
    host.world().objects.iter().map(line).collect()
}

/// Kills at every boundary in turn, each time from the same beginning, and expects the next run to end where a run
/// that nobody killed ends. Returns the number of kills.
async fn kill_at_every_boundary(first: Option<&str>, then: &str) -> u64 {
    let expected = {
        let directory = prepared(first).await;
        let (owner, host) = opened(directory.path());
        assert!(apply(directory.path(), &host, &wish(then, owner), Settings::default()).await.is_success());
        shape(&host)
    };
    for boundary in 1.. {
        let directory = prepared(first).await;
        if !is_killed_at(directory.path(), boundary, then) {
            return boundary - 1;
        }
        let (owner, host) = opened(directory.path());
        let wish = wish(then, owner);
        let report = apply(directory.path(), &host, &wish, Settings::default()).await;
        assert!(report.is_success(), "boundary {boundary}: {report}");
        assert_eq!(shape(&host), expected, "boundary {boundary}");
        no_identity_twice(&host, boundary);
        let before = host.calls().writes;
        let again = apply(directory.path(), &host, &wish, Settings::default()).await;
        assert!(again.steps.is_empty(), "boundary {boundary}: {again}");
        assert_eq!(host.calls().writes, before, "boundary {boundary}");
        let generations = StateDir::open(directory.path().join("state")).expect("a state directory").generations();
        let good = generations.last_good().expect("read").map(|generation| generation.digest);
        assert_eq!(good, Some(digest(&wish)), "boundary {boundary}: one can come back to this");
        let addresses: BTreeSet<_> = host.world().objects.into_keys().collect();
        let wanted: BTreeSet<_> = wish.resources.keys().cloned().collect();
        assert_eq!(addresses, wanted, "boundary {boundary}: no orphan, nothing missing");
    }
    unreachable!("some run is not killed")
}

fn opened(directory: &Path) -> (OwnerId, FakeHost) {
    let owner = StateDir::open(directory.join("state")).expect("a state directory").owner();
    (owner, FakeHost::open(directory.join("host.json")).expect("a host"))
}

/// A directory whose owner is always the same, with `first` applied.
async fn prepared(first: Option<&str>) -> tempfile::TempDir {
    let directory = directory();
    let state = directory.path().join("state");
    std::fs::create_dir(&state).expect("made");
    std::fs::write(state.join("owner-id"), uuid::Uuid::from_u128(7).to_string()).expect("written");
    let (owner, host) = opened(directory.path());
    if let Some(first) = first {
        let report = apply(directory.path(), &host, &wish(first, owner), Settings::default()).await;
        assert!(report.is_success(), "{report}");
    }
    directory
}

fn no_identity_twice(host: &FakeHost, boundary: u64) {
    let world = host.world();
    let ids: BTreeSet<_> = world.objects.values().map(|object| &object.id).collect();
    assert_eq!(ids.len(), world.objects.len(), "boundary {boundary}");
    let half_made = world.objects.keys().find(|address| address.name.contains(".hv"));
    assert_eq!(half_made, None, "boundary {boundary}");
}

#[tokio::test]
async fn killed_at_any_boundary_of_making_everything_the_next_run_converges() {
    let kills = kill_at_every_boundary(None, "before").await;
    println!("{kills} kills");
    assert!(kills >= 50, "{kills} kills");
}

#[tokio::test]
async fn killed_at_any_boundary_of_changing_recreating_and_removing_the_next_run_converges() {
    let kills = kill_at_every_boundary(Some("before"), "after").await;
    println!("{kills} kills");
    assert!(kills >= 50, "{kills} kills");
}

/// A kill in the middle of recovery is a kill like any other.
#[tokio::test]
async fn killed_again_while_it_recovers_the_next_run_converges() {
    let mut kills = 0;
    for first in (1..).step_by(7) {
        let directory = prepared(None).await;
        if !is_killed_at(directory.path(), first, "before") {
            break;
        }
        kills += 1;
        for second in (1..40).step_by(9) {
            if !is_killed_at(directory.path(), second, "before") {
                break;
            }
            kills += 1;
        }
        let (owner, host) = opened(directory.path());
        let wish = wish("before", owner);
        let report = apply(directory.path(), &host, &wish, Settings::default()).await;
        assert!(report.is_success(), "{first}: {report}");
        assert!(apply(directory.path(), &host, &wish, Settings::default()).await.steps.is_empty(), "{first}");
    }
    assert!(kills >= 20, "{kills} kills");
}
