use jiff::Timestamp;

use super::{FlockOperation, Holder, Lock, LockError, NAMING, flock, lock_holder, write};
use crate::StateDir;

fn holder(pid: u32, command: &str) -> Holder {
    Holder { pid, command: command.to_owned(), user: "ada".to_owned(), since: Timestamp::UNIX_EPOCH }
}

#[test]
fn the_second_is_told_who_holds_it_and_gets_it_once_that_one_has_gone() {
    let root = tempfile::tempdir().expect("a directory");
    let state = StateDir::open(root.path()).expect("state");
    let first = Lock::acquire(&state, &holder(41, "hypernix apply a.nix")).expect("free");

    let error = Lock::acquire(&state, &holder(42, "hypernix destroy web")).expect_err("held");
    assert_eq!(
        error.to_string(),
        "process 41 (`hypernix apply a.nix`, run by ada since 1970-01-01T00:00:00Z) is changing this host; \
         wait for it to end, or end it: nothing is lost by that"
    );

    drop(first);
    drop(Lock::acquire(&state, &holder(42, "hypernix destroy web")).expect("free again"));
}

#[test]
fn what_a_dead_holder_left_in_the_file_is_harmless() {
    let root = tempfile::tempdir().expect("a directory");
    let state = StateDir::open(root.path()).expect("state");
    std::fs::write(root.path().join("lock"), "}{ a name longer than the next one, cut off").expect("written");
    let held = Lock::acquire(&state, &holder(7, "x")).expect("stale contents do not count");
    let error = Lock::acquire(&state, &holder(8, "y")).expect_err("held");
    assert!(matches!(error, LockError::Held { holder: Some(Holder { pid: 7, .. }) }), "{error:?}");
    drop(held);
}

#[test]
fn a_holder_that_has_not_written_its_name_yet_is_named_all_the_same() {
    let root = tempfile::tempdir().expect("a directory");
    let state = StateDir::open(root.path()).expect("state");
    drop(Lock::acquire(&state, &holder(7, "hypernix apply a.nix")).expect("free"));
    let file = std::fs::File::options().write(true).open(root.path().join("lock")).expect("it was made");
    flock(&file, FlockOperation::NonBlockingLockExclusive).expect("nobody holds it");
    let error = std::thread::scope(|scope| {
        let refused = scope.spawn(|| Lock::acquire(&state, &holder(9, "hypernix start web")).expect_err("held"));
        std::thread::sleep(NAMING.1 * 20);
        write(&file, &holder(8, "hypernix serve")).expect("written");
        refused.join().expect("it ends")
    });
    assert!(matches!(error, LockError::Held { holder: Some(Holder { pid: 8, .. }) }), "{error:?}");
}

#[test]
fn nobody_is_turned_away_in_the_name_of_one_that_held_it_before() {
    let root = tempfile::tempdir().expect("a directory");
    let state = StateDir::open(root.path()).expect("state");
    let take = |name: &Holder| match Lock::acquire(&state, name) {
        Ok(lock) => drop(lock),
        Err(LockError::Held { holder: Some(other) }) => assert_ne!(other.pid, name.pid),
        Err(error) => panic!("{error:?}"),
    };
    std::thread::scope(|scope| {
        for pid in [7, 8] {
            scope.spawn(move || (0..2000).for_each(|_| take(&holder(pid, "hypernix serve"))));
        }
    });
}

#[test]
fn the_kernel_says_who_holds_the_lock_without_it_being_touched() {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let state = StateDir::open(directory.path()).expect("a state directory can be made");
    assert_eq!(lock_holder(&state).expect("the list is readable"), None);
    let holder = Holder::this_process(Timestamp::UNIX_EPOCH);
    let lock = Lock::acquire(&state, &holder).expect("nobody holds it");
    assert_eq!(lock_holder(&state).expect("the list is readable"), Some(holder));
    drop(lock);
    assert_eq!(lock_holder(&state).expect("the list is readable"), None);
}
