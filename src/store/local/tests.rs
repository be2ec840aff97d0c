use std::collections::BTreeSet;

use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::Map;
use tempfile::TempDir;

use super::Local;
use crate::{Cursor, EventLog, EventType, NewEvent, Query, Resumed, Severity};

fn log(kept: u64) -> (TempDir, Local) {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let log = Local::open(&directory.path().join("events.redb"), kept).expect("a new log opens");
    (directory, log)
}

fn event(second: i64, source: &str) -> NewEvent {
    NewEvent {
        at: Timestamp::from_second(second).expect("a time"),
        kind: EventType::ComputeStateChanged,
        severity: Severity::Info,
        source: source.to_owned(),
        message: format!("{source} at {second}"),
        metadata: Map::new(),
    }
}

fn messages(log: &Local, query: &Query) -> Vec<String> {
    log.read(query).expect("it is readable").into_iter().map(|event| event.what.message).collect()
}

#[test]
fn the_newest_come_first_and_filters_hold_together() {
    let (_directory, log) = log(100);
    log.append(vec![event(1, "web"), event(2, "db")]).expect("it is writable");
    let failed = NewEvent { severity: Severity::Error, kind: EventType::ComputeUpdated, ..event(3, "web") };
    log.append(vec![failed, event(4, "web")]).expect("it is writable");
    let all = Query { limit: 10, ..Query::default() };
    assert_eq!(messages(&log, &all), ["web at 4", "web at 3", "db at 2", "web at 1"]);
    let web = Query { source: Some("web".to_owned()), limit: 2, ..Query::default() };
    assert_eq!(messages(&log, &web), ["web at 4", "web at 3"]);
    let bad = Query { severity: Some(Severity::Error), ..all.clone() };
    assert_eq!(messages(&log, &bad), ["web at 3"]);
    let kinds = Some(BTreeSet::from([EventType::ComputeStateChanged]));
    let between =
        Query { types: kinds, since: Timestamp::from_second(2).ok(), until: Timestamp::from_second(3).ok(), ..all };
    assert_eq!(messages(&log, &between), ["db at 2"]);
}

#[test]
fn a_reader_resumes_where_it_was_and_is_told_when_something_was_forgotten() {
    let (_directory, log) = log(3);
    let written = log.append(vec![event(1, "a"), event(2, "b")]).expect("it is writable");
    let Resumed::Events(rest) = log.after(written[0].cursor, 10).expect("it is readable") else {
        panic!("nothing was forgotten");
    };
    assert_eq!(rest, written[1..]);
    log.append(vec![event(3, "c"), event(4, "d"), event(5, "e")]).expect("it is writable");
    let resync = Resumed::Resync(Cursor { index: 2, sub: 2 });
    assert_eq!(log.after(written[0].cursor, 10).expect("it is readable"), resync);
    assert_eq!(log.after(Cursor { index: 9, sub: 0 }, 10).expect("it is readable"), resync);
}

#[test]
fn the_log_outlives_its_process() {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let path = directory.path().join("events.redb");
    let log = Local::open(&path, 10).expect("a new log opens");
    log.append(vec![event(1, "web")]).expect("it is writable");
    assert!(Local::open(&path, 10).is_err(), "two processes would write over each other");
    drop(log);
    let log = Local::open(&path, 10).expect("the log opens again");
    assert_eq!(messages(&log, &Query { limit: 10, ..Query::default() }), ["web at 1"]);
    assert_eq!(log.append(vec![event(2, "web")]).expect("it is writable")[0].cursor, Cursor { index: 2, sub: 0 });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn following_by_cursors_gives_each_event_once_in_order(batches in proptest::collection::vec(1_usize..5, 1..12), step in 1_usize..7) {
        let (_directory, log) = log(1000);
        let mut expected = Vec::new();
        for (number, size) in batches.into_iter().enumerate() {
            let batch = (0..size).map(|n| event(i64::try_from(number).expect("small"), &format!("{number}-{n}")));
            expected.extend(log.append(batch.collect()).expect("it is writable"));
        }
        let (mut cursor, mut followed) = (Cursor::default(), Vec::new());
        loop {
            let Resumed::Events(events) = log.after(cursor, step).expect("it is readable") else {
                panic!("nothing was forgotten");
            };
            let Some(last) = events.last() else { break };
            cursor = last.cursor;
            followed.extend(events);
        }
        prop_assert_eq!(followed, expected);
    }
}
