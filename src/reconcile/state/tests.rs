use std::fs;

use model::{Address, Applied, AppliedRow, Kind, Spec};

use super::{Saved, StateDir, StateError};

fn row(title: &str) -> AppliedRow {
    let spec = Spec::Domain(model::spec::DomainSpec { title: Some(title.into()), ..Default::default() });
    AppliedRow { generation: 1, ..AppliedRow::new(spec) }
}

fn applied(rows: &[(&str, &str)]) -> Applied {
    let rows = rows.iter().map(|(name, title)| (Address::new(Kind::Domain, *name), row(title)));
    Applied { rows: rows.collect(), ..Applied::default() }
}

fn with_state(check: impl FnOnce(&StateDir)) {
    let root = tempfile::tempdir().expect("a directory");
    check(&StateDir::open(root.path()).expect("state"));
}

fn save(state: &StateDir, after: Applied) -> Saved {
    let mut loaded = state.rows().load().expect("sound");
    state.rows().save(&mut loaded, after).expect("written")
}

#[test]
fn the_owner_id_is_made_once() {
    with_state(|state| {
        let again = StateDir::open(state.root()).expect("state");
        assert_eq!(again.owner(), state.owner());
        fs::write(state.root().join("owner-id"), "not one").expect("written");
        let error = StateDir::open(state.root()).expect_err("not a UUID");
        assert!(matches!(error, StateError::Owner { .. }), "{error:?}");
    });
}

#[test]
fn rows_come_back_and_only_changed_ones_are_written() {
    with_state(|state| {
        assert_eq!(save(state, applied(&[("web", "a"), ("db", "b")])), Saved::Written(2));
        assert_eq!(save(state, applied(&[("web", "a"), ("db", "c")])), Saved::Written(1));
        assert_eq!(save(state, applied(&[("db", "c")])), Saved::Written(1));
        assert_eq!(save(state, applied(&[("db", "c")])), Saved::Unchanged);
        assert_eq!(state.rows().load().expect("sound").applied, applied(&[("db", "c")]));
    });
}

#[test]
fn the_file_does_not_grow_without_end() {
    with_state(|state| {
        for at in 0..600 {
            save(state, applied(&[("web", &at.to_string())]));
        }
        assert_eq!(state.rows().load().expect("sound").applied, applied(&[("web", "599")]));
        let length = fs::metadata(state.rows().path()).expect("there").len();
        assert!(length < 300_000, "{length} bytes for one row");
    });
}

#[test]
fn a_write_that_was_torn_never_happened() {
    with_state(|state| {
        save(state, applied(&[("web", "old")]));
        let whole = fs::read(state.rows().path()).expect("read").len();
        save(state, applied(&[("web", "new")]));
        let bytes = fs::read(state.rows().path()).expect("read");
        for length in whole..bytes.len() {
            fs::write(state.rows().path(), &bytes[..length]).expect("written");
            assert_eq!(state.rows().load().expect("sound").applied, applied(&[("web", "old")]), "cut at {length}");
        }
        save(state, applied(&[("web", "newer")]));
        assert_eq!(state.rows().load().expect("sound").applied, applied(&[("web", "newer")]));
    });
}

#[test]
fn damage_is_said_with_the_cure() {
    with_state(|state| {
        save(state, applied(&[("web", "old")]));
        save(state, applied(&[("web", "new")]));
        let mut bytes = fs::read(state.rows().path()).expect("read");
        bytes[60] ^= 1;
        fs::write(state.rows().path(), bytes).expect("written");
        let error = state.rows().load().expect_err("damaged");
        assert!(error.to_string().ends_with("`hypernix state rebuild` makes it anew from the marks on the objects"));
    });
}

#[test]
fn the_state_of_a_newer_version_is_refused() {
    with_state(|state| {
        let mut bytes = crate::frame::encode(&serde_json::json!({ "format": 2 }));
        bytes.extend(crate::frame::encode(&serde_json::json!({ "something": "unheard of" })));
        fs::write(state.rows().path(), bytes).expect("written");
        let error = state.rows().load().expect_err("newer");
        assert!(matches!(error, StateError::Newer { found: 2, known: 1, .. }), "{error:?}");
        assert!(error.to_string().contains("use the version of hypernix that wrote it"), "{error}");
    });
}
