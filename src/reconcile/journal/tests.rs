use std::{collections::BTreeSet, fs};

use jiff::Timestamp;
use model::{Address, Applied, Kind};
use plan::{Action, Step, StepId};

use super::{Journal, JournalError, Record, prune, unfinished};

fn step(id: u32, name: &str) -> Step {
    Step { id: StepId(id), address: Address::new(Kind::Domain, name), action: Action::Start, after: BTreeSet::new() }
}

fn begin(run: &str) -> Record {
    Record::Begin { run: run.to_owned(), generation: Some(3), plan: "sha256:0".to_owned(), at: Timestamp::UNIX_EPOCH }
}

fn done(id: u32) -> Record {
    Record::Done { step: StepId(id), fingerprint: None, notes: Vec::new(), previous: None }
}

fn names(steps: &[Step]) -> Vec<&str> {
    steps.iter().map(|step| step.address.name.as_str()).collect()
}

#[test]
fn a_killed_run_is_found_with_what_it_had_done_and_what_was_in_flight() {
    let root = tempfile::tempdir().expect("a directory");
    let mut journal = Journal::create(root.path(), "r1").expect("made");
    let intents =
        ["web", "db", "mail"].iter().zip(1..).map(|(name, id)| Record::Intent { step: Box::new(step(id, name)) });
    journal.write(&[begin("r1")]).expect("written");
    journal.write(&intents.collect::<Vec<_>>()).expect("written");
    journal.write(&[done(2), Record::Failed { step: StepId(3), error: "no".to_owned() }]).expect("written");

    let recovery = unfinished(root.path()).expect("sound").expect("unfinished");
    assert_eq!((recovery.run.as_str(), recovery.generation), ("r1", Some(3)));
    assert_eq!(names(&recovery.done), ["db"]);
    assert_eq!(names(&recovery.in_flight), ["web", "mail"], "a failed step may have done part of its deed");

    recovery.close("run r2".to_owned(), Timestamp::UNIX_EPOCH).expect("closed");
    assert_eq!(unfinished(root.path()).expect("sound"), None);
}

#[test]
fn a_torn_end_at_any_byte_is_what_a_kill_leaves() {
    let root = tempfile::tempdir().expect("a directory");
    let path = root.path().join("r1.log");
    let mut journal = Journal::create(root.path(), "r1").expect("made");
    journal.write(&[begin("r1"), Record::Intent { step: Box::new(step(1, "web")) }]).expect("written");
    let before_commit = fs::metadata(&path).expect("there").len();
    journal.write(&[done(1), Record::Commit]).expect("written");
    let whole = fs::read(&path).expect("read");

    assert_eq!(unfinished(root.path()).expect("sound"), None, "a committed run needs no recovery");
    for length in 0..whole.len() {
        fs::write(&path, &whole[..length]).expect("written");
        let recovery = unfinished(root.path()).expect("a torn end is no damage").expect("unfinished");
        if length as u64 >= before_commit {
            assert_eq!(recovery.in_flight.len() + recovery.done.len(), 1, "cut at {length}");
        }
        recovery.close("later".to_owned(), Timestamp::UNIX_EPOCH).expect("closed");
        assert_eq!(unfinished(root.path()).expect("sound"), None, "closed after a cut at {length}");
    }
}

#[test]
fn a_damaged_journal_is_said_so_with_the_cure() {
    let root = tempfile::tempdir().expect("a directory");
    let path = root.path().join("r1.log");
    let mut journal = Journal::create(root.path(), "r1").expect("made");
    journal.write(&[begin("r1"), done(1)]).expect("written");
    let mut bytes = fs::read(&path).expect("read");
    bytes[20] ^= 1;
    fs::write(&path, bytes).expect("written");
    let error = unfinished(root.path()).expect_err("damage");
    assert!(matches!(&error, JournalError::Damaged { .. }), "{error:?}");
    assert!(error.to_string().contains("hypernix state rebuild"), "{error}");
}

#[test]
fn a_killed_run_is_found_also_after_the_clock_was_set_back() {
    let root = tempfile::tempdir().expect("a directory");
    Journal::create(root.path(), "20260102T000000").expect("made").write(&[Record::Commit]).expect("written");
    let killed = "20260101T000000";
    Journal::create(root.path(), killed).expect("made").write(&[begin(killed)]).expect("written");
    assert_eq!(unfinished(root.path()).expect("sound").map(|recovery| recovery.run).as_deref(), Some(killed));
}

#[test]
fn the_oldest_journals_go_first() {
    let root = tempfile::tempdir().expect("a directory");
    for run in ["20260101T000000", "20260102T000000", "20260103T000000"] {
        Journal::create(root.path(), run).expect("made").write(&[Record::Commit]).expect("written");
    }
    prune(root.path(), 2).expect("pruned");
    let mut left: Vec<_> = fs::read_dir(root.path()).expect("read").map(|e| e.expect("entry").file_name()).collect();
    left.sort();
    assert_eq!(left, ["20260102T000000.log", "20260103T000000.log"]);
}

#[test]
fn a_volume_that_a_killed_run_was_making_counts_as_ours() {
    use model::{DeletionPolicy, OwnerId, Spec, spec::VolumeSpec};
    let address = Address::new(Kind::Volume, "default/data");
    let spec = Spec::Volume(VolumeSpec { pool: "default".into(), name: "data".into(), ..Default::default() });
    let mark = plan::Mark {
        owner: OwnerId(uuid::Uuid::nil()),
        spec: spec.hash(),
        protect: false,
        deletion: DeletionPolicy::Delete,
    };
    let create = Step {
        id: StepId(1),
        address: address.clone(),
        action: Action::Create { spec: spec.clone(), mark },
        after: BTreeSet::new(),
    };
    let root = tempfile::tempdir().expect("a directory");
    let mut journal = Journal::create(root.path(), "r1").expect("made");
    journal.write(&[begin("r1"), Record::Intent { step: Box::new(create) }]).expect("written");

    let mut applied = Applied::default();
    unfinished(root.path()).expect("sound").expect("unfinished").supplement(&mut applied, None);
    let row = &applied.rows[&address];
    assert_eq!((&row.spec, row.policy.deletion), (&spec, DeletionPolicy::Delete));
}
