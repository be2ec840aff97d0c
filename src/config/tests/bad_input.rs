//! Everything that can be known to be wrong before looking at a backend: what a person reads then.

mod composition;
mod evaluation;
mod guests;
mod places;
mod together;
mod values;

use expect_test::Expect;

use super::support::errors;

#[track_caller]
fn check(nix: &str, message: Expect) {
    message.assert_eq(&errors(nix.trim_start()));
}
