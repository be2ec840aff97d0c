use std::time::Duration;

use jiff::Timestamp;

use super::{Confirmation, ConfirmationError, Pending, Verdict};
use crate::StateDir;

const LONG: Duration = Duration::from_secs(60);
const PENDING: Pending = Pending { generation: 3, previous: 2, deadline: Timestamp::UNIX_EPOCH };

fn state() -> (tempfile::TempDir, Confirmation) {
    let root = tempfile::tempdir().expect("a directory");
    let confirmation = StateDir::open(root.path()).expect("state").confirmation();
    (root, confirmation)
}

#[tokio::test]
async fn whoever_waits_hears_the_word_and_both_know_of_it() {
    let (_root, confirmation) = state();
    let window = confirmation.open(PENDING).expect("opened");
    assert!(confirmation.is_attended().await);
    let (verdict, confirmed) = tokio::join!(window.verdict(LONG), confirmation.confirm());
    assert_eq!(verdict.expect("heard"), Verdict::Confirmed);
    assert_eq!(confirmed.expect("said"), PENDING);
    assert_eq!(confirmation.pending().expect("read"), None);
}

#[tokio::test]
async fn asking_whether_anybody_waits_is_not_the_word() {
    let (_root, confirmation) = state();
    let window = confirmation.open(PENDING).expect("opened");
    let (verdict, _) = tokio::join!(window.verdict(Duration::from_millis(200)), confirmation.is_attended());
    assert_eq!(verdict.expect("waited"), Verdict::Expired);
    assert_eq!(confirmation.pending().expect("read"), Some(PENDING));
}

#[tokio::test]
async fn without_a_word_the_deadline_passes_and_whoever_finds_the_file_knows() {
    let (_root, confirmation) = state();
    let window = confirmation.open(PENDING).expect("opened");
    assert_eq!(window.verdict(Duration::ZERO).await.expect("waited"), Verdict::Expired);
    assert_eq!(confirmation.pending().expect("read"), Some(PENDING));
    assert!(!confirmation.is_attended().await);
}

#[tokio::test]
async fn a_later_run_takes_the_place_of_one_that_waits() {
    let (_root, confirmation) = state();
    let first = confirmation.open(PENDING).expect("opened");
    let later = Pending { generation: 4, ..PENDING };
    let second = confirmation.open(later).expect("opened again");
    assert_eq!(first.verdict(Duration::ZERO).await.expect("waited"), Verdict::Superseded);
    let (verdict, confirmed) = tokio::join!(second.verdict(LONG), confirmation.confirm());
    assert_eq!((verdict.expect("heard"), confirmed.expect("said")), (Verdict::Confirmed, later));
}

#[tokio::test]
async fn where_the_one_who_waited_was_killed_the_word_alone_counts() {
    let (_root, confirmation) = state();
    drop(confirmation.open(PENDING).expect("opened"));
    assert_eq!(confirmation.confirm().await.expect("confirmed"), PENDING);
    assert!(matches!(confirmation.confirm().await, Err(ConfirmationError::None)));
}
