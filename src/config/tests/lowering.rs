//! What units become on their backend.

mod container;
mod network;
mod notes;
mod vm;

use expect_test::Expect;

use super::support::{desired, spec};

#[track_caller]
fn check(nix: &str, address: &str, expected: Expect) {
    expected.assert_eq(&spec(&desired(nix), address));
}

/// The notes of a configuration, a line each.
#[track_caller]
fn notes(nix: &str) -> String {
    desired(nix).notes.iter().map(|note| format!("{}\n", note.text)).collect()
}
